using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>One extension as <c>Sec-WebSocket-Extensions</c> names it (RFC 6455 section 9.1).</summary>
/// <param name="Name">Its name, as written.</param>
/// <param name="Parameters">Its parameters in order, names as written; the value is null where there is none.</param>
internal sealed record WebSocketExtension(string Name, ImmutableArray<KeyValuePair<string, string?>> Parameters)
{
    /// <summary>Reads the value of the field; several fields are read as one, joined by commas.</summary>
    public static bool TryParse(string text, out ImmutableArray<WebSocketExtension> extensions, [NotNullWhen(false)] out string? problem)
    {
        var found = ImmutableArray.CreateBuilder<WebSocketExtension>();
        extensions = [];
        var at = 0;
        while (true)
        {
            SkipSpace(text, ref at);
            if (at == text.Length)
                break;
            if (text[at] == ',')
            {
                // Empty elements of a list are allowed (RFC 9110 section 5.6.1).
                at++;
                continue;
            }

            if (!TryReadOne(text, ref at, out var one, out problem))
                return false;
            found.Add(one);
            SkipSpace(text, ref at);
            if (at < text.Length && text[at] != ',')
            {
                problem = $"\"{text}\" has \"{text[at]}\" where a comma or a semicolon belongs";
                return false;
            }
        }

        extensions = found.ToImmutable();
        problem = null;
        return true;
    }

    private static bool TryReadOne(string text, ref int at, [NotNullWhen(true)] out WebSocketExtension? extension, [NotNullWhen(false)] out string? problem)
    {
        extension = null;
        if (!TryReadToken(text, ref at, out var name, out problem))
            return false;
        var parameters = ImmutableArray.CreateBuilder<KeyValuePair<string, string?>>();
        while (true)
        {
            SkipSpace(text, ref at);
            if (at == text.Length || text[at] != ';')
                break;
            at++;
            SkipSpace(text, ref at);
            if (!TryReadToken(text, ref at, out var parameter, out problem))
                return false;
            SkipSpace(text, ref at);
            string? value = null;
            if (at < text.Length && text[at] == '=')
            {
                at++;
                SkipSpace(text, ref at);
                if (!TryReadValue(text, ref at, out value, out problem))
                    return false;
            }

            parameters.Add(new(parameter, value));
        }

        extension = new WebSocketExtension(name, parameters.ToImmutable());
        return true;
    }

    private static bool TryReadValue(string text, ref int at, [NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? problem)
    {
        if (at == text.Length || text[at] != '"')
            return TryReadToken(text, ref at, out value, out problem);

        // A quoted value must be a token once its quotes are gone.
        var unquoted = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
                at++;
            unquoted.Append(text[at]);
        }

        value = unquoted.ToString();
        if (at == text.Length || value.Length == 0 || !value.All(IsTokenCharacter))
        {
            problem = $"\"{text}\" has a quoted value that is not closed or not a token";
            return false;
        }

        at++;
        problem = null;
        return true;
    }

    private static bool TryReadToken(string text, ref int at, [NotNullWhen(true)] out string? token, [NotNullWhen(false)] out string? problem)
    {
        var start = at;
        while (at < text.Length && IsTokenCharacter(text[at]))
            at++;
        token = text[start..at];
        problem = token.Length > 0 ? null : $"\"{text}\" has no name or value at character {start + 1}";
        return token.Length > 0;
    }

    private static void SkipSpace(string text, ref int at)
    {
        while (at < text.Length && (text[at] is ' ' or '\t'))
            at++;
    }

    // RFC 9110 section 5.6.2.
    private static bool IsTokenCharacter(char one) => char.IsAsciiLetterOrDigit(one) || "!#$%&'*+-.^_`|~".Contains(one, StringComparison.Ordinal);
}
