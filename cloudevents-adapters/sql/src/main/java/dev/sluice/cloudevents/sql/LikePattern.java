package dev.sluice.cloudevents.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of LIKE: {@code %} stands for any characters, {@code _} for one, either of them for itself after a
 * backslash.
 *
 * <p>The pattern is cut at its {@code %}. The first piece must stand at the text's begin and the last one at its end;
 * those between are looked for one after another, each where it stands first. That is right because a piece that ends
 * sooner leaves more to the ones behind it, so there is never a reason to go back. Each character of the text is
 * looked at once for every 64 characters of the piece that is looked for.
 */
final class LikePattern {
    private final Piece head;
    private final Piece[] between;
    /** Null when there is no {@code %}. */
    private final @Nullable Piece tail;

    private final int widthMax;

    private LikePattern(Piece head, List<Piece> between, @Nullable Piece tail) {
        this.head = head;
        this.between = between.toArray(new Piece[0]);
        this.tail = tail;
        this.widthMax = between.stream().mapToInt(Piece::width).max().orElse(1);
    }

    static LikePattern of(String pattern) {
        List<Piece> pieces = new ArrayList<>();
        int[] piece = new int[pattern.length()];
        int size = 0;
        for (int i = 0; i < pattern.length(); ) {
            int c = pattern.codePointAt(i);
            i += Character.charCount(c);
            if (c == '%') {
                pieces.add(new Piece(Arrays.copyOf(piece, size)));
                size = 0;
                continue;
            }
            if (c == '\\' && i < pattern.length() && (pattern.charAt(i) == '%' || pattern.charAt(i) == '_')) {
                piece[size++] = pattern.charAt(i++);
            } else {
                piece[size++] = c == '_' ? Piece.ANY : c;
            }
        }
        Piece last = new Piece(Arrays.copyOf(piece, size));
        if (pieces.isEmpty()) {
            return new LikePattern(last, List.of(), null);
        }
        List<Piece> between = pieces.subList(1, pieces.size()).stream()
                .filter(each -> each.length() > 0)
                .toList();
        return new LikePattern(pieces.get(0), between, last);
    }

    /** An upper bound of what a match takes, in looks at characters. */
    long cost(String text) {
        return (long) text.length() * (1 + widthMax);
    }

    boolean matches(String text) {
        int from = head.endAt(text, 0);
        if (from < 0 || tail == null) {
            return from == text.length();
        }
        int to = tail.startBeforeEnd(text);
        if (to < from || tail.endAt(text, to) != text.length()) {
            return false;
        }
        for (Piece piece : between) {
            from = piece.find(text, from, to);
            if (from < 0) {
                return false;
            }
        }
        return true;
    }

    /** What every text that matches begins with; empty when that may be anything. */
    String prefix() {
        return head.literalStart();
    }

    /** Characters in a row, without {@code %}. */
    private static final class Piece {
        static final int ANY = -1;
        /** Up to here the naive search of the platform is as good as any. */
        private static final int SHORT = 16;

        private final int[] characters;
        /** Null when there is a {@code _} in it. */
        private final @Nullable String literal;

        private final @Nullable PieceSearch search;

        Piece(int[] characters) {
            this.characters = characters;
            boolean plain = Arrays.stream(characters).noneMatch(c -> c == ANY);
            this.literal = plain ? new String(characters, 0, characters.length) : null;
            this.search =
                    characters.length > 0 && (!plain || characters.length > SHORT) ? new PieceSearch(characters) : null;
        }

        int length() {
            return characters.length;
        }

        int width() {
            return search == null ? 1 : search.words();
        }

        String literalStart() {
            int end = 0;
            while (end < characters.length && characters[end] != ANY) {
                end++;
            }
            return new String(characters, 0, end);
        }

        /** Where the piece ends when it begins there; -1 when it does not stand there. */
        int endAt(String text, int from) {
            if (literal != null) {
                return text.startsWith(literal, from) ? from + literal.length() : -1;
            }
            int at = from;
            for (int wanted : characters) {
                if (at >= text.length()) {
                    return -1;
                }
                int c = text.codePointAt(at);
                if (wanted != ANY && wanted != c) {
                    return -1;
                }
                at += Character.charCount(c);
            }
            return at;
        }

        /** Where it begins when it is the text's end; -1 when the text is too short. */
        int startBeforeEnd(String text) {
            if (literal != null) {
                return text.length() - literal.length();
            }
            int at = text.length();
            for (int i = 0; i < characters.length; i++) {
                if (at == 0) {
                    return -1;
                }
                at -= Character.charCount(text.codePointBefore(at));
            }
            return at;
        }

        /** Where its first occurrence within the bounds ends; -1 when there is none. */
        int find(String text, int from, int to) {
            if (search != null) {
                return search.find(text, from, to);
            }
            String wanted = literal == null ? "" : literal;
            int at = text.indexOf(wanted, from);
            return at < 0 || at + wanted.length() > to ? -1 : at + wanted.length();
        }
    }
}
