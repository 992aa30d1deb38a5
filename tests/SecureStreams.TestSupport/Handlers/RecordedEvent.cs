using System.Globalization;

namespace SecureStreams.TestSupport.Handlers;

/// <summary>One callback that a <see cref="RecordingHandler"/> got.</summary>
public sealed class RecordedEvent
{
    /// <summary>Which callback.</summary>
    public required RecordedKind Kind { get; init; }

    /// <summary>The stream it was for.</summary>
    public required long StreamId { get; init; }

    /// <summary>The state change, for <see cref="RecordedKind.State"/>.</summary>
    public SsStateChange Change { get; init; }

    /// <summary>The state, for <see cref="RecordedKind.State"/>.</summary>
    public SsState State => Change.State;

    /// <summary>The flags, for <see cref="RecordedKind.Receive"/>.</summary>
    public SsRxFlags Flags { get; init; }

    /// <summary>How many bytes came, for <see cref="RecordedKind.Receive"/>.</summary>
    public int Length { get; init; }

    /// <summary>The bytes, for <see cref="RecordedKind.Receive"/>; empty when the handler does not keep payload.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>What the callback returned: an <see cref="SsResult"/> or <see cref="SsTransmitResult"/>; null while it runs, the exception when it threw.</summary>
    public object? Result { get; internal set; }

    /// <summary>For messages: one line.</summary>
    public override string ToString()
    {
        var what = Kind switch
        {
            RecordedKind.State => Change.Cause.IsNone ? Name(State) : $"{Name(State)} ({Change.Cause})",
            RecordedKind.Receive => string.Create(CultureInfo.InvariantCulture, $"rx {Length} bytes [{Flags}]"),
            _ => "tx",
        };
        if (Change.Ack != 0)
            what += string.Create(CultureInfo.InvariantCulture, $" ack {Change.Ack}");
        return Result switch
        {
            null => $"{what} (still running)",
            SsResult.Continue => what,
            Exception error => $"{what} -> threw {error.GetType().Name}: {error.Message}",
            var result => $"{what} -> {result}",
        };
    }

    internal static string Name(SsState state) =>
        state >= SsState.UserBase ? string.Create(CultureInfo.InvariantCulture, $"User+{(int)state - (int)SsState.UserBase}") : state.ToString();
}
