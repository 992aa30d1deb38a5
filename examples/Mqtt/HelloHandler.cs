using System.Text;
using SecureStreams;

namespace Mqtt;

/// <summary>Says hello once it is connected, which means subscribed too, and is done when it hears it.</summary>
internal sealed class HelloHandler : SecureStreamHandler
{
    private readonly TaskCompletionSource<bool> _cameBack = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _hello = $"hello {Guid.NewGuid():N}";
    private readonly StringBuilder _heard = new();

    /// <summary>Whether it came back; false when policy has given up.</summary>
    public Task<bool> CameBack => _cameBack.Task;

    /// <summary>The cause of the last failure.</summary>
    public SsCause LastCause { get; private set; }

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        Console.WriteLine(change.Cause.IsNone ? $"{change.State}" : $"{change.State}: {change.Cause}");
        if (change.Cause.DetailId != 0)
            LastCause = change.Cause;
        switch (change.State)
        {
            case SsState.Connected:
                stream.RequestTransmit();
                break;
            case SsState.AllRetriesFailed:
                _cameBack.TrySetResult(false);
                break;
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _heard.Append(Encoding.UTF8.GetString(payload));
        if (!flags.HasFlag(SsRxFlags.EndOfMessage))
            return SsResult.Continue;
        Console.WriteLine($"{stream.GetMetadata("topic")}: {_heard}");
        if (_heard.ToString() == _hello)
            _cameBack.TrySetResult(true);
        _heard.Clear();
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        tx.Commit(Encoding.UTF8.GetBytes(_hello, tx.Buffer), SsTxFlags.WholeMessage);
        return SsTransmitResult.Send;
    }
}
