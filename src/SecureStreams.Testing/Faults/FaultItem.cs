using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace SecureStreams.Testing.Faults;

/// <summary>One fault as the policy states it, whose form its table has checked.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Value">Its number: milliseconds, bytes, bytes a second, messages, a status; 0 where it has none.</param>
internal sealed record FaultItem(FaultKind Kind, long Value)
{
    private static readonly FrozenDictionary<string, FaultKind> Kinds =
        Enum.GetValues<FaultKind>().ToFrozenDictionary(static one => Spell(one.ToString()), StringComparer.Ordinal);

    /// <summary>Where an answer leads; null for nowhere.</summary>
    public string? Location { get; private init; }

    /// <summary>How long an answer asks to wait, in seconds; null for nothing said.</summary>
    public int? RetryAfter { get; private init; }

    /// <summary>The attempts that it comes in, from 1, as first and last of each span; empty for all.</summary>
    public (int First, int Last)[] Attempts { get; private init; } = [];

    /// <summary>How often it comes in those, in percent.</summary>
    public int Percent { get; private init; } = 100;

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It has no form that the table of attributes lets pass.</exception>
    public static FaultItem Parse(string text)
    {
        FaultItem? item = null;
        foreach (var word in text.Split(' '))
        {
            var (name, value) = word.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? (word[..at], word[(at + 1)..]) : (word, "");
            item = item is null ? Of(name, value)
                : name switch
                {
                    "location" => item with { Location = value },
                    "retry_after" => item with { RetryAfter = (int)Number(value) },
                    "attempts" => item with { Attempts = [.. value.Split(',').Select(Span)] },
                    "percent" => item with { Percent = (int)Number(value) },
                    _ => throw new FormatException($"'{word}' in the fault '{text}' is unknown."),
                };
        }

        return item!;
    }

    private static FaultItem Of(string name, string value) => name switch
    {
        "cut" => new FaultItem(FaultKind.CutAfterMs, 0),
        "stall" => new FaultItem(FaultKind.StallAfterMs, 0),
        _ when Kinds.TryGetValue(name, out var kind) => new FaultItem(kind, value.Length == 0 ? 0 : Number(value)),
        _ => throw new FormatException($"There is no fault '{name}'."),
    };

    private static (int First, int Last) Span(string text)
    {
        var ends = text.Split('-');
        return ((int)Number(ends[0]), (int)Number(ends[^1]));
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Spell(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
