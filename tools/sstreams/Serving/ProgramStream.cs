using System.Buffers;
using System.ComponentModel;

namespace SecureStreams.Tool.Serving;

/// <summary>
/// Runs a program for a stream, as inetd does: what comes is its standard input, its standard output is sent. Over ws each line is a message, both ways. It ends with its stream, and a connection
/// with it.
/// </summary>
internal sealed class ProgramStream(ProgramPool pool, ProgramVariables variables, bool takesUpgrades, ServeReport report) : ServedStream(takesUpgrades, report)
{
    private readonly ServeReport _report = report;
    private ProgramRun? _run;
    private bool _hasBody;
    private bool _begun;
    private bool _inLine;
    private bool _ended;

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var committed = false;
        while (!_ended && _run is { } run)
        {
            if (committed && !tx.MoreRoom)
            {
                stream.RequestTransmit();
                break;
            }

            if (!run.TryRead(out var read))
                break;
            if (read.Buffer.IsEmpty && read.IsCompleted)
            {
                run.Take(read.Buffer.End);
                return End(stream, run, ref tx, committed);
            }

            CommitPiece(stream, run, read.Buffer, ref tx);
            committed = true;
        }

        return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
    }

    protected override void OnRequest(SecureStream stream)
    {
        if (!TryStart(stream))
        {
            Answer(stream, 503);
            stream.RequestTransmit(0);
            return;
        }

        _hasBody = RequestMethods.HaveBody(stream);
        if (!_hasBody)
            _run!.EndInput();
    }

    protected override void OnConnection(SecureStream stream)
    {
        if (!TryStart(stream))
            stream.Disconnect();
    }

    protected override void OnPayload(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (_run is not { } run || (IsRequest && !_hasBody))
            return;
        if (!payload.IsEmpty)
            run.Give(payload);
        if (HasMessages && (flags & SsRxFlags.EndOfMessage) != 0)
            run.Give("\n"u8);
        if ((flags & SsRxFlags.PeerEndOfStream) != 0 || (IsRequest && (flags & SsRxFlags.EndOfMessage) != 0))
            run.EndInput();
    }

    protected override void OnEnded(SecureStream stream)
    {
        _ended = true;
        _run?.Kill();
    }

    private bool TryStart(SecureStream stream)
    {
        if (!pool.TryEnter())
        {
            Warn($"{stream.StreamType} #{stream.Id} is refused: {pool.Most} programs run, which is --most-programs");
            return false;
        }

        try
        {
            _run = new ProgramRun(pool.Start(variables, stream), stream, _report);
        }
        catch (Win32Exception error)
        {
            pool.Leave();
            Warn($"{stream.StreamType} #{stream.Id} is refused: the program cannot be started: {error.Message}");
            return false;
        }

        pool.Hold(_run.Completion);
        stream.RequestTransmit();
        return true;
    }

    /// <summary>Sends what fits of what it has said.</summary>
    private void CommitPiece(SecureStream stream, ProgramRun run, in ReadOnlySequence<byte> said, scoped ref SsTransmit tx)
    {
        if (IsRequest && !_begun)
            Answer(stream, 200);
        _begun = true;
        var room = tx.Buffer;
        var piece = said.Slice(0, Math.Min(room.Length, said.Length));
        var feed = HasMessages ? piece.PositionOf((byte)'\n') : null;
        var taken = piece.End;
        if (feed is { } at)
        {
            taken = said.GetPosition(1, at);
            piece = piece.Slice(0, at);
        }

        // Before it is taken: what it lies in is used again then.
        var count = (int)piece.Length;
        piece.CopyTo(room);
        run.Take(taken);
        var flags = (_inLine ? SsTxFlags.None : SsTxFlags.StartOfMessage) | (feed is null ? SsTxFlags.None : SsTxFlags.EndOfMessage);
        _inLine = feed is null;
        Commit(ref tx, count, flags);
    }

    /// <summary>It has ended, and all that it said is sent or committed.</summary>
    private SsTransmitResult End(SecureStream stream, ProgramRun run, scoped ref SsTransmit tx, bool committed)
    {
        _ended = true;
        if (run.ExitCode != 0)
            Warn($"{stream.StreamType} #{stream.Id}: the program ended with status {run.ExitCode}");
        if (IsRequest)
        {
            // Half an answer must not pass for a whole one.
            if (_begun && run.ExitCode != 0)
                return SsTransmitResult.Disconnect;
            if (!_begun)
                Answer(stream, run.ExitCode == 0 ? 200 : 500);
            Commit(ref tx, 0, SsTxFlags.EndOfMessage);
            return SsTransmitResult.Send;
        }

        // What is committed leaves first.
        stream.Disconnect();
        if (HasMessages && !_inLine)
            return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
        Commit(ref tx, 0, HasMessages ? SsTxFlags.EndOfMessage : SsTxFlags.EndOfStream);
        return SsTransmitResult.Send;
    }
}
