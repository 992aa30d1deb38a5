using System.Globalization;
using System.Runtime.InteropServices;

namespace SecureStreams.Interop.Probe.Flows;

/// <summary>Receives numbered messages.</summary>
internal sealed class FlowSubscriber(string name, Action<FlowLine> tell) : SecureStreamHandler
{
    private readonly List<byte> _message = [];

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.Connected)
        {
            tell(new FlowLine(FlowEvent.Connected, name, 0, ""));
        }
        else if (change.State is SsState.Disconnected or SsState.Unreachable or SsState.AllRetriesFailed)
        {
            _message.Clear();
            tell(new FlowLine(FlowEvent.Lost, name, 0, $"{change.State} {change.Cause}"));
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (flags.HasFlag(SsRxFlags.StartOfMessage))
            _message.Clear();
        _message.AddRange(payload);
        if (!flags.HasFlag(SsRxFlags.EndOfMessage))
            return SsResult.Continue;
        var number = FlowMessage.NumberOf(CollectionsMarshal.AsSpan(_message));
        tell(number is { } sound
            ? new FlowLine(FlowEvent.Received, name, sound, "")
            : new FlowLine(FlowEvent.Spoiled, name, 0, string.Create(CultureInfo.InvariantCulture, $"{_message.Count} bytes")));
        _message.Clear();
        return SsResult.Continue;
    }
}
