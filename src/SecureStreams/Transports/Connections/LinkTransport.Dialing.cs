using SecureStreams.Network;

namespace SecureStreams.Transports.Connections;

/// <summary>How the connection of an attempt comes to be, or is given up before it has.</summary>
internal abstract partial class LinkTransport
{
    private CancellationTokenSource? _dialing;
    private TaskCompletionSource? _givenUp;
    private Task? _lateDial;
    private DialProgress? _progress;
    private SsConnection? _connection;
    private ConnectionFacts? _facts;
    private string? _endpoint;

    /// <returns>Whether there is a connection to read from.</returns>
    private async Task<bool> DialAsync(DialTarget target)
    {
        var progress = new DialProgress(target);
        var givenUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var dialing = new CancellationTokenSource();
        using (await _entry)
        {
            if (HasLetGo)
            {
                dialing.Dispose();
                return false;
            }

            _progress = progress;
            _endpoint = progress.Endpoint;
            (_dialing, _givenUp) = (dialing, givenUp);
            if (_bound != Bound.Attempt && AttemptBound is { } bound)
                StartTimer(Bound.Attempt, bound);
        }

        var dial = OpenAsync(target, progress, dialing.Token).AsTask();
        await Task.WhenAny(dial, givenUp.Task).ConfigureAwait(false);
        using (await _entry)
        {
            (_dialing, _givenUp) = (null, null);
            if (HasLetGo)
            {
                _lateDial = EndLateAsync(dial, dialing);
                return false;
            }
        }

        dialing.Dispose();
        var connection = await dial.ConfigureAwait(false);
        _stream = connection.Stream;
        using (await _entry)
        {
            if (HasLetGo)
                return false;
            _wire = connection.Wire;
            _waitsEmpty = connection.WaitsEmpty;
            progress.Phase = SsPhase.Protocol;
            _connection = connection.Summary;
            _facts = connection.Facts;
            Output.OpenOnMailbox(connection.Stream, connection.Wire);
            if (_plan.Dial.ReportsPerformance && connection.Report is { } report)
                Setup.Sink.ReceivedOnMailbox(this, PerfReport.Of(report).Span, PerfReport.Flags);
            if (!HasLetGo)
                OpenedOnMailbox();
        }

        return true;
    }

    /// <summary>
    /// Sees a dial to its end that was given up. Not all of it can be cancelled, the question whether a certificate was revoked for instance, and the end of the attempt is not
    /// told any later for that.
    /// </summary>
    private static async Task EndLateAsync(Task<LinkCarrier> dial, CancellationTokenSource dialing)
    {
        try
        {
            var connection = await dial.ConfigureAwait(false);
            await connection.Stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or TransportException or ObjectDisposedException or IOException)
        {
            // Whoever gave it up has said why.
        }
        finally
        {
            dialing.Dispose();
        }
    }
}
