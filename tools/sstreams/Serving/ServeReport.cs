using System.Globalization;
using SecureStreams.Tool.Following;
using Spectre.Console;

namespace SecureStreams.Tool.Serving;

/// <summary>Tells on standard error how serving goes: what deserves attention, or with <c>--trace</c> every stream.</summary>
internal sealed class ServeReport(LineWriter errors, bool trace) : IOperatorReport
{
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public bool IsTracing => trace;

    /// <summary>Something worth knowing.</summary>
    public void Note(string text) => errors.Line(Lead(), "note", Color.Aqua, $": {PlainText.OneLine(text)}");

    /// <summary>Something that deserves attention.</summary>
    public void Warning(string text) => errors.Line(Lead(), "warning", Color.Yellow, $": {PlainText.OneLine(text)}");

    /// <summary>Something failed.</summary>
    public void Problem(string text) => errors.Line(Lead(), "error", Color.Red, $": {PlainText.OneLine(text)}");

    /// <summary>A stream, for traces.</summary>
    public void Stream(SecureStream stream, string text)
    {
        if (trace)
            errors.Line(Lead(), stream.StreamType, Color.Green, PlainText.OneLine(string.Create(CultureInfo.InvariantCulture, $" #{stream.Id} {text}")));
    }

    private string Lead() => trace
        ? string.Create(CultureInfo.InvariantCulture, $"[{TimeProvider.System.GetElapsedTime(_start).TotalSeconds,8:0.000}] ")
        : "sstreams: ";
}
