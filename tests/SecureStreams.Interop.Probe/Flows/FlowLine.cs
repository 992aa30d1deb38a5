using System.Globalization;

namespace SecureStreams.Interop.Probe.Flows;

/// <summary>One thing that happened in a <see cref="Flow"/>, as a line of text.</summary>
/// <param name="Kind">What.</param>
/// <param name="Stream">To which streamtype.</param>
/// <param name="Number">The number of the message; 0 where there is none.</param>
/// <param name="Text">More, for people.</param>
public sealed record FlowLine(FlowEvent Kind, string Stream, long Number, string Text)
{
    /// <summary>Reads what <see cref="ToString"/> gives.</summary>
    public static FlowLine Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var words = line.Split(' ', 4);
        return new FlowLine(Enum.Parse<FlowEvent>(words[0]), words[1], long.Parse(words[2], CultureInfo.InvariantCulture), words[3]);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Stream} {Number} {Text}");
}
