package dev.sluice.cloudevents.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;
import software.amazon.event.ruler.MachineComplexityEvaluator;

/**
 * Compiles an event pattern of EventBridge, within limits: its alternatives multiply, and each becomes a rule of the
 * machine; wildcards let it follow several paths at once.
 */
final class PatternCompiler {
    static final int RULES_MAX = 1_000;
    static final int PATHS_MAX = 20;
    static final int DEPTH_MAX = 64;
    private static final String OR = "$or";

    private final Set<String> names = new HashSet<>();

    private PatternCompiler() {}

    /** Says in words what is wrong with a pattern. */
    static final class InvalidPatternException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidPatternException(String rule) {
            super(rule, null, false, false);
        }
    }

    static PatternFilter compile(Map<?, ?> pattern) throws InvalidPatternException {
        PatternCompiler compiler = new PatternCompiler();
        if (compiler.rules(pattern, 1) > RULES_MAX) {
            throw new InvalidPatternException("must not have more than " + RULES_MAX + " combinations of $or");
        }
        compiler.collectNames(pattern);
        String text;
        try {
            text = PatternFilter.JSON.writeValueAsString(pattern);
        } catch (JsonProcessingException odd) {
            throw new InvalidPatternException("must be an event pattern: nothing but maps, lists, texts and numbers");
        }
        String mistake = JsonRuleCompiler.check(text);
        if (mistake != null) {
            throw new InvalidPatternException("must be an event pattern: " + firstLine(mistake));
        }
        Machine machine = Machine.builder().build();
        try {
            machine.addRule("pattern", text);
        } catch (IOException | RuntimeException refused) {
            throw new InvalidPatternException(
                    "must be an event pattern: " + firstLine(String.valueOf(refused.getMessage())));
        }
        if (machine.evaluateComplexity(new MachineComplexityEvaluator(PATHS_MAX)) >= PATHS_MAX) {
            throw new InvalidPatternException(
                    "must not have so many wildcards: " + PATHS_MAX + " paths at once are too many");
        }
        return new PatternFilter(machine, compiler.names, text);
    }

    /** The library adds where in its own copy of the text it was. */
    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        String line = end < 0 ? message : message.substring(0, end);
        int at = line.indexOf(" at [Source");
        return at < 0 ? line : line.substring(0, at);
    }

    /** How many rules it becomes: of the fields beside each other the product, of alternatives the sum. */
    private long rules(Object node, int depth) throws InvalidPatternException {
        if (depth > DEPTH_MAX) {
            throw new InvalidPatternException("must not be nested deeper than " + DEPTH_MAX);
        }
        if (!(node instanceof Map<?, ?> fields)) {
            return 1;
        }
        long product = 1;
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            long each = 1;
            if (OR.equals(field.getKey()) && field.getValue() instanceof List<?> alternatives) {
                each = 0;
                for (Object alternative : alternatives) {
                    each += alternative == null ? 1 : rules(alternative, depth + 1);
                }
            } else if (field.getValue() != null) {
                each = rules(field.getValue(), depth + 1);
            }
            product = Math.min(product * Math.max(1, Math.min(each, RULES_MAX + 1L)), RULES_MAX + 1L);
        }
        return product;
    }

    private void collectNames(Map<?, ?> pattern) throws InvalidPatternException {
        for (Map.Entry<?, ?> field : pattern.entrySet()) {
            String name = String.valueOf(field.getKey());
            if (name.equals(OR) && field.getValue() instanceof List<?> alternatives) {
                for (Object alternative : alternatives) {
                    if (alternative instanceof Map<?, ?> nested) {
                        collectNames(nested);
                    }
                }
            } else if (Compiler.isAttributeName(name) || name.equals(PatternFilter.DATA)) {
                names.add(name);
            } else {
                throw new InvalidPatternException(
                        "must ask for attributes (a-z and 0-9) and data: '" + name + "' is neither");
            }
        }
    }
}
