using System.Collections.Immutable;
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
        Symbols = [.. parts.Where(static part => part.IsSymbol).Select(static part => part.Text).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The text as it stands in the policy.</summary>
    public string Text { get; }

    /// <summary>The names it refers to, each once, in order of appearance.</summary>
    public ImmutableArray<string> Symbols { get; }

    /// <summary>Whether it has no symbol, so that expansion gives <see cref="Text"/>.</summary>
    public bool IsLiteral => Symbols.IsEmpty;

    /// <summary>Cuts <paramref name="text"/> into literal parts and symbols. An unclosed <c>${</c> is literal.</summary>
    public static PolicyTemplate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = ImmutableArray.CreateBuilder<Part>();
        var from = 0;
        while (from < text.Length)
        {
            var open = text.IndexOf("${", from, StringComparison.Ordinal);
            var close = open < 0 ? -1 : text.IndexOf('}', open + 2);
            if (close < 0)
            {
                parts.Add(new Part(text[from..], IsSymbol: false));
                break;
            }

            if (open > from)
                parts.Add(new Part(text[from..open], IsSymbol: false));
            parts.Add(new Part(text[(open + 2)..close], IsSymbol: true));
            from = close + 1;
        }

        return new PolicyTemplate(text, parts.ToImmutable());
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
        foreach (var part in _parts)
        {
            if (!part.IsSymbol)
            {
                text.Append(part.Text);
                continue;
            }

            var replacement = value(part.Text) ?? "";
            text.Append(encode is null ? replacement : encode(replacement));
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(PolicyTemplate? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PolicyTemplate);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private readonly record struct Part(string Text, bool IsSymbol);
}
