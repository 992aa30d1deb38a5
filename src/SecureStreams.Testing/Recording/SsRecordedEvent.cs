using System.Globalization;
using System.Text;

namespace SecureStreams.Testing;

/// <summary>One thing that a stream's handler was told. Immutable.</summary>
public sealed class SsRecordedEvent
{
    private const int MostTextBytes = 60;

    internal SsRecordedEvent(TimeSpan at, string stream, SsStateChange? change, byte[] message, SsDetail? detail)
    {
        At = at;
        Stream = stream;
        Change = change;
        Message = message;
        Detail = detail;
    }

    /// <summary>When, since the recorder was made, on its clock.</summary>
    public TimeSpan At { get; }

    /// <summary>Which stream: <c>streamtype#id</c>.</summary>
    public string Stream { get; }

    /// <summary>The state or notice with its cause; null for a message.</summary>
    public SsStateChange? Change { get; }

    /// <summary>A whole message that was received; empty for a state.</summary>
    public ReadOnlyMemory<byte> Message { get; }

    /// <summary>What an operator is told of the cause: endpoint, addresses, errors, place in the policy. Null where there is no more to say.</summary>
    public SsDetail? Detail { get; }

    /// <summary>A line: when, what, and why; of a message its length and the beginning of its text.</summary>
    public override string ToString()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds,9:0.000} s  {Stream} ");
        if (Change is not { } change)
            return text + $"message of {Message.Length} bytes: {Shown()}";
        text += NameOf(change.State);
        if (change.Ack != 0)
            text += string.Create(CultureInfo.InvariantCulture, $" {change.Ack}");
        if (!change.Cause.IsNone)
            text += $" ({change.Cause})";
        return Detail is null ? text : $"{text}: {Detail.Message}{(Detail.Policy is null ? "" : $" (policy: {Detail.Policy})")}";
    }

    internal static string NameOf(SsState state) =>
        state >= SsState.UserBase ? string.Create(CultureInfo.InvariantCulture, $"User+{(int)state - (int)SsState.UserBase}") : state.ToString();

    private string Shown()
    {
        var text = Encoding.UTF8.GetString(Message.Span[..Math.Min(Message.Length, MostTextBytes)]);
        return $"\"{string.Concat(text.Select(static one => char.IsControl(one) ? '.' : one))}\"{(Message.Length > MostTextBytes ? "..." : "")}";
    }
}
