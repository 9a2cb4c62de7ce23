package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.Escaped;
import dev.sluice.cloudevents.sql.CesqlError.Kind;
import dev.sluice.cloudevents.sql.CesqlFunctions.Definition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads an expression by operator precedence. AND, OR and XOR are of one rank, and all operators of a rank are taken
 * from left to right, as section 3.6 of the specification says. Reads one expression.
 */
final class Parser {
    static final int BYTES_MAX = 4 << 10;
    static final int DEPTH_MAX = 64;
    static final int NODES_MAX = 1_000;
    private static final int LOGIC = 1;
    private static final int COMPARISON = 2;
    private static final int SUM = 3;
    private static final int PRODUCT = 4;
    private static final int MEMBERSHIP = 5;
    private static final int PREFIX = 6;
    private static final Map<Token.Kind, Integer> RANKS = ranks();
    private static final String A_VALUE = "a value: an attribute, a literal, a function or '('";

    private final Lexer lexer;
    private final CesqlFunctions functions;
    private final List<CesqlError> unknownFunctions = new ArrayList<>();
    private Token token;
    private int depth;
    private int nodes;

    private Parser(String text, CesqlFunctions functions) {
        this.lexer = new Lexer(text);
        this.functions = functions;
        this.token = lexer.next();
    }

    /** What was read, and the functions in it that there are not. */
    record Parsed(Node root, List<CesqlError> unknownFunctions) {}

    static Parsed parse(String text, CesqlFunctions functions) {
        if (text.length() > BYTES_MAX || text.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            throw new InvalidCesqlException(1, "the expression must not be longer than " + BYTES_MAX + " bytes");
        }
        Parser parser = new Parser(text, functions);
        Node root = parser.expression(LOGIC);
        if (parser.token.kind() != Token.Kind.END) {
            throw parser.expected("an operator or the end");
        }
        return new Parsed(root, List.copyOf(parser.unknownFunctions));
    }

    private static Map<Token.Kind, Integer> ranks() {
        Map<Token.Kind, Integer> ranks = new EnumMap<>(Token.Kind.class);
        for (Token.Kind kind : List.of(Token.Kind.AND, Token.Kind.OR, Token.Kind.XOR)) {
            ranks.put(kind, LOGIC);
        }
        for (Token.Kind kind : List.of(
                Token.Kind.EQUAL,
                Token.Kind.NOT_EQUAL,
                Token.Kind.LESS,
                Token.Kind.LESS_OR_EQUAL,
                Token.Kind.GREATER,
                Token.Kind.GREATER_OR_EQUAL)) {
            ranks.put(kind, COMPARISON);
        }
        ranks.put(Token.Kind.PLUS, SUM);
        ranks.put(Token.Kind.MINUS, SUM);
        ranks.put(Token.Kind.TIMES, PRODUCT);
        ranks.put(Token.Kind.DIVIDE, PRODUCT);
        ranks.put(Token.Kind.MODULO, PRODUCT);
        // NOT stands between two values only as part of NOT LIKE and NOT IN.
        for (Token.Kind kind : List.of(Token.Kind.LIKE, Token.Kind.IN, Token.Kind.NOT)) {
            ranks.put(kind, MEMBERSHIP);
        }
        return ranks;
    }

    /** A value and all operators behind it that are of at least this rank. */
    private Node expression(int rankMin) {
        Node left = value();
        while (true) {
            int rank = RANKS.getOrDefault(token.kind(), 0);
            if (rank == 0 || rank < rankMin) {
                return left;
            }
            left = rank == MEMBERSHIP ? membership(left) : binary(left, rank);
        }
    }

    private Node binary(Node left, int rank) {
        Token operator = take();
        Node right = expression(rank + 1);
        int position = operator.position();
        return counted(
                switch (operator.kind()) {
                    case AND, OR, XOR -> new Operation.Logic(position, operator.kind(), left, right);
                    case EQUAL -> new Operation.Equality(position, false, left, right);
                    case NOT_EQUAL -> new Operation.Equality(position, true, left, right);
                    case PLUS, MINUS, TIMES, DIVIDE, MODULO ->
                        new Operation.Arithmetic(position, operator.kind(), left, right);
                    default -> new Operation.Order(position, operator.kind(), left, right);
                });
    }

    private Node membership(Node left) {
        int position = token.position();
        boolean negated = token.kind() == Token.Kind.NOT;
        if (negated) {
            take();
        }
        if (token.kind() == Token.Kind.LIKE) {
            take();
            if (token.kind() != Token.Kind.STRING) {
                throw expected("a string, the pattern of LIKE");
            }
            return counted(new Operation.Like(position, negated, left, LikePattern.of(take().text())));
        }
        if (token.kind() != Token.Kind.IN) {
            throw expected("LIKE or IN after NOT");
        }
        take();
        if (token.kind() != Token.Kind.OPEN) {
            throw expected("'(', the set of IN");
        }
        take();
        return counted(new Operation.In(position, negated, left, list()));
    }

    private Node value() {
        Token first = token;
        int position = first.position();
        return switch (first.kind()) {
            case INTEGER -> counted(new Node.Literal(position, integer(take(), false)));
            case STRING -> counted(new Node.Literal(position, take().text()));
            case TRUE, FALSE -> counted(new Node.Literal(position, take().kind() == Token.Kind.TRUE));
            case NAME -> named();
            case NOT -> {
                take();
                yield counted(new Operation.Not(position, nested(PREFIX)));
            }
            case MINUS, PLUS -> signed(take());
            case EXISTS -> {
                take();
                yield counted(new Node.Exists(position, attribute(take())));
            }
            case OPEN -> {
                take();
                Node inner = nested(LOGIC);
                expectClosing("an operator or ')'");
                yield inner;
            }
            default -> throw expected(A_VALUE);
        };
    }

    private Node signed(Token sign) {
        boolean negative = sign.kind() == Token.Kind.MINUS;
        if (token.kind() == Token.Kind.INTEGER) {
            return counted(new Node.Literal(sign.position(), integer(take(), negative)));
        }
        if (!negative) {
            throw expected("a number after '+'");
        }
        return counted(new Operation.Minus(sign.position(), nested(PREFIX)));
    }

    private Node named() {
        Token name = take();
        if (token.kind() != Token.Kind.OPEN) {
            return counted(Node.Attribute.of(name.position(), attribute(name)));
        }
        take();
        if (!name.text().matches("[A-Za-z][A-Za-z_]*")) {
            throw new InvalidCesqlException(
                    name.position(), name.shown() + " is no name of a function: expected letters and underscores");
        }
        List<Node> arguments = token.kind() == Token.Kind.CLOSE ? closed() : list();
        String function = name.text().toUpperCase(Locale.ROOT);
        Definition definition = functions.find(function, arguments.size());
        return counted(new Operation.Invocation(
                name.position(),
                definition,
                definition == null ? unknown(name.position(), function, arguments.size()) : null,
                arguments));
    }

    private CesqlError unknown(int position, String function, int arguments) {
        String reason = functions.reason(Escaped.of(function, 64), arguments);
        CesqlError error = new CesqlError(Kind.MISSING_FUNCTION, position, reason);
        unknownFunctions.add(error);
        return error;
    }

    private List<Node> closed() {
        take();
        return List.of();
    }

    /** At least one expression, up to the closing parenthesis. */
    private List<Node> list() {
        List<Node> list = new ArrayList<>();
        list.add(nested(LOGIC));
        while (token.kind() == Token.Kind.COMMA) {
            take();
            list.add(nested(LOGIC));
        }
        expectClosing("an operator, ',' or ')'");
        return List.copyOf(list);
    }

    private Node nested(int rankMin) {
        if (++depth > DEPTH_MAX) {
            throw new InvalidCesqlException(
                    token.position(), "the expression must not be nested deeper than " + DEPTH_MAX);
        }
        Node inner = expression(rankMin);
        depth--;
        return inner;
    }

    private static String attribute(Token token) {
        if (token.kind() != Token.Kind.NAME && token.kind() != Token.Kind.INTEGER) {
            throw new InvalidCesqlException(
                    token.position(), token.shown() + " is no attribute: expected a name of a-z and 0-9");
        }
        String name = token.text().toLowerCase(Locale.ROOT);
        if (name.indexOf('_') >= 0) {
            throw new InvalidCesqlException(
                    token.position(), token.shown() + " is no attribute: expected a name of a-z and 0-9 alone");
        }
        if (name.equals("data")) {
            throw new InvalidCesqlException(
                    token.position(), "data cannot be asked for: expected an attribute of the event");
        }
        return name;
    }

    private static Integer integer(Token digits, boolean negative) {
        String text = digits.text();
        int zeros = 0;
        while (zeros < text.length() - 1 && text.charAt(zeros) == '0') {
            zeros++;
        }
        long value = text.length() - zeros > 10 ? Long.MAX_VALUE : Long.parseLong(text.substring(zeros));
        if (value > (negative ? 1L << 31 : Integer.MAX_VALUE)) {
            throw new InvalidCesqlException(
                    digits.position(), digits.shown() + " is too big: expected a number of 32 bits");
        }
        return (int) (negative ? -value : value);
    }

    private Node counted(Node node) {
        if (++nodes > NODES_MAX) {
            throw new InvalidCesqlException(
                    node.position(), "the expression must not have more than " + NODES_MAX + " parts");
        }
        return node;
    }

    private Token take() {
        Token taken = token;
        token = lexer.next();
        return taken;
    }

    private void expectClosing(String what) {
        if (token.kind() != Token.Kind.CLOSE) {
            throw expected(what);
        }
        take();
    }

    private InvalidCesqlException expected(String what) {
        return new InvalidCesqlException(token.position(), "expected " + what + ", found " + token.shown());
    }
}
