using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace SecureStreams.Policy;

/// <summary>Text with <c>${name}</c> symbols. A <c>$</c> that does not open a symbol is literal.</summary>
public sealed class PolicyTemplate : IEquatable<PolicyTemplate>
{
    private readonly ImmutableArray<Part> _parts;

    private PolicyTemplate(string text, ImmutableArray<Part> parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>The text as it stands in the policy.</summary>
    public string Text { get; }

    /// <summary>The names it refers to, each once, in order of appearance.</summary>
    public ImmutableArray<string> Symbols => _parts.Length switch
    {
        0 => [],
        1 => [_parts[0].Name],
        _ => [.. _parts.Select(static part => part.Name).Distinct(StringComparer.Ordinal)],
    };

    /// <summary>Whether it has no symbol, so that expansion gives <see cref="Text"/>.</summary>
    public bool IsLiteral => _parts.IsEmpty;

    /// <summary>Cuts <paramref name="text"/> into literal parts and symbols. An unclosed <c>${</c> is literal.</summary>
    public static PolicyTemplate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var count = 0;
        for (var at = 0; Next(text, at, out _, out var end); at = end)
            count++;
        if (count == 0)
            return new PolicyTemplate(text, []);

        var parts = new Part[count];
        var next = 0;
        for (var at = 0; Next(text, at, out var open, out var end); at = end)
            parts[next++] = new Part(text[(open + 2)..(end - 1)], open, end);
        return new PolicyTemplate(text, ImmutableCollectionsMarshal.AsImmutableArray(parts));
    }

    /// <summary>Replaces each symbol.</summary>
    /// <param name="value">The value of a name; null counts as empty.</param>
    /// <param name="encode">What a value undergoes where it is put in (percent-encoding in URLs); null for nothing.</param>
    public string Expand(Func<string, string?> value, Func<string, string>? encode = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (IsLiteral)
            return Text;

        var text = new StringBuilder(Text.Length + 32);
        var from = 0;
        foreach (var part in _parts)
        {
            text.Append(Text, from, part.Open - from);
            var replacement = value(part.Name) ?? "";
            text.Append(encode is null ? replacement : encode(replacement));
            from = part.End;
        }

        return text.Append(Text, from, Text.Length - from).ToString();
    }

    /// <inheritdoc/>
    public bool Equals(PolicyTemplate? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PolicyTemplate);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>The next symbol: where its <c>$</c> stands, and where the text goes on behind it.</summary>
    private static bool Next(string text, int from, out int open, out int end)
    {
        open = text.IndexOf("${", from, StringComparison.Ordinal);
        end = open < 0 ? 0 : text.IndexOf('}', open + 2) + 1;
        return end > 0;
    }

    private readonly record struct Part(string Name, int Open, int End);
}
