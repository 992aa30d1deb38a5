using System.Buffers;

namespace SecureStreams;

/// <summary>Runs one transaction: sends the body whenever an attempt asks for it, collects the answer, tells the end once.</summary>
internal sealed class TransactHandler(ReadOnlyMemory<byte> body, SsTransactOptions options) : SecureStreamHandler
{
    private readonly TaskCompletionSource<(SsResponse? Response, Exception? Failure)> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte>? _received;
    private int _offset;
    private bool _asked;

    /// <summary>The end. A failure is a value, so that one which nobody waits for any more is not taken for unobserved.</summary>
    public Task<(SsResponse? Response, Exception? Failure)> Result => _result.Task;

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connecting:
                // A new attempt begins everything anew.
                _offset = 0;
                _asked = false;
                _received?.ResetWrittenCount();
                break;
            case SsState.QosAckRemote or SsState.QosNackRemote:
                // An answer may come before the body is asked for (Expect: 100-continue), a refusal or that of a redirect followed without it, and is an answer all the same.
                if (!_asked && !body.IsEmpty && change.State == SsState.QosAckRemote && !stream.Traits.TakesBody)
                {
                    Fail(new SsStreamException(
                        $"Streamtype '{stream.StreamType}' did not ask for the body: its method takes none. Use a streamtype with \"http_method\": \"POST\", or pass an empty body.",
                        change.Cause));
                }
                else
                {
                    _result.TrySetResult((new SsResponse(change, _received?.WrittenSpan.ToArray() ?? [], Metadata(stream)), null));
                }

                break;
            case SsState.AllRetriesFailed or SsState.Destroying:
                Fail(new SsStreamException($"The transaction of streamtype '{stream.StreamType}' got no answer.", change.Cause));
                break;
            case SsState.Disconnected when change.Cause.NextAction == SsNextAction.Idle:
                Fail(new SsStreamException($"The transaction of streamtype '{stream.StreamType}' ended before its answer was whole.", change.Cause));
                break;
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if ((flags & SsRxFlags.PerfJson) != 0)
            return SsResult.Continue;
        if ((_received?.WrittenCount ?? 0) + payload.Length > options.MaxResponseBytes)
        {
            Fail(new SsMessageTooLargeException(stream.StreamType, options.MaxResponseBytes, "SsTransactOptions.MaxResponseBytes"));
            return SsResult.Destroy;
        }

        if (!payload.IsEmpty)
            (_received ??= new ArrayBufferWriter<byte>()).Write(payload);
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        _asked = true;
        do
        {
            var room = tx.Buffer;
            var count = Math.Min(room.Length, body.Length - _offset);
            if (count == 0 && !body.IsEmpty)
                break;
            body.Span.Slice(_offset, count).CopyTo(room);
            var flags = _offset == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None;
            _offset += count;
            if (_offset == body.Length)
                flags |= SsTxFlags.EndOfMessage;
            tx.Commit(count, flags);
        }
        while (_offset < body.Length && tx.MoreRoom);

        if (_offset < body.Length)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }

    private void Fail(Exception failure) => _result.TrySetResult((null, failure));

    private Dictionary<string, string?> Metadata(SecureStream stream)
    {
        var values = new Dictionary<string, string?>(options.ResponseMetadata.Count, StringComparer.Ordinal);
        foreach (var name in options.ResponseMetadata)
            values[name] = stream.GetMetadata(name);
        return values;
    }
}
