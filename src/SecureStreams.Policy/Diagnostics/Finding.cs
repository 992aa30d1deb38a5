using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace SecureStreams.Policy;

/// <summary>
/// A message and the facts in it. An interpolated string given to <see cref="DiagnosticBag"/> becomes one: a <see cref="Near"/>, <see cref="Allowed"/> or
/// <see cref="QuotedValue"/> in its holes is written into the message and kept as a fact as well, so that the two cannot differ.
/// </summary>
[InterpolatedStringHandler]
internal struct Finding(int literalLength, int formattedCount)
{
    private readonly StringBuilder _message = new(literalLength + (formattedCount * 16));

    public readonly string Message => _message.ToString();

    public string? Suggestion { get; private set; }

    public ImmutableArray<string> Allowed { get; private set; } = [];

    public string? Value { get; private set; }

    public readonly void AppendLiteral(string text) => _message.Append(text);

    public readonly void AppendFormatted<T>(T value) => _message.Append(CultureInfo.InvariantCulture, $"{value}");

    public readonly void AppendFormatted<T>(T value, string format)
        where T : IFormattable => _message.Append(value.ToString(format, CultureInfo.InvariantCulture));

    public void AppendFormatted(Near near)
    {
        Suggestion ??= near.Name;
        _message.Append(near.ToString());
    }

    public void AppendFormatted(Allowed allowed)
    {
        if (Allowed.IsEmpty)
            Allowed = allowed.Values;
        _message.Append(allowed.Text);
    }

    /// <summary>The first value counts: it is what the message is about.</summary>
    public void AppendFormatted(QuotedValue value)
    {
        Value ??= value.Value;
        _message.Append(value.Text);
    }

    /// <summary>A message without facts.</summary>
    public static implicit operator Finding(string message)
    {
        var finding = new Finding(message.Length, 0);
        finding.AppendLiteral(message);
        return finding;
    }
}
