using System.Runtime.CompilerServices;
using SecureStreams.Network;

namespace SecureStreams.Transports.Connections;

/// <summary>How the connection of an attempt comes to be, or is given up before it has.</summary>
internal abstract partial class LinkTransport
{
    private LinkDial? _dialing;
    private Task? _lateDial;
    private DialProgress? _progress;
    private SsConnection? _connection;
    private ConnectionFacts? _facts;
    private string? _endpoint;

    /// <returns>Whether there is a connection to read from.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> DialAsync(DialTarget target)
    {
        var progress = new DialProgress(target);
        var dialing = new LinkDial();
        using (await _entry)
        {
            if (HasLetGo)
            {
                dialing.Dispose();
                return false;
            }

            _progress = progress;
            _endpoint = progress.Endpoint;
            _dialing = dialing;
            if (_bound != Bound.Attempt && AttemptBound is { } bound)
                StartTimer(Bound.Attempt, bound);
        }

        await dialing.WaitAsync(OpenAsync(target, progress, dialing.Token)).ConfigureAwait(false);
        using (await _entry)
        {
            _dialing = null;
            if (HasLetGo)
            {
                _lateDial = EndLateAsync(dialing);
                return false;
            }
        }

        dialing.Dispose();
        var connection = dialing.Take();
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

    /// <summary>Sees a dial to its end that was given up.</summary>
    private static async Task EndLateAsync(LinkDial dialing)
    {
        try
        {
            var connection = await dialing.TakeLateAsync().ConfigureAwait(false);
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
