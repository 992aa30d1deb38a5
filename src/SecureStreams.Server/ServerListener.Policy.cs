using System.Net;
using System.Net.Sockets;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Transports;

namespace SecureStreams.Server;

/// <remarks>
/// A policy that says of another place moves the listener there: the new socket listens before the old one is closed, and those who came to the old one are still taken. Streams
/// that were accepted go on. One change after the other, never on the thread of whoever changed the policy: names may have to be looked up.
/// </remarks>
internal abstract partial class ServerListener
{
    private readonly SemaphoreSlim _following = new(1, 1);
    private bool _stoppedListening;
    private bool _isDeaf;
    private int _changes;
    private string? _moveProblem;

    /// <inheritdoc/>
    public bool IsDeaf => Volatile.Read(ref _isDeaf);

    /// <inheritdoc/>
    public string? MoveProblem => Volatile.Read(ref _moveProblem);

    /// <inheritdoc/>
    public (string Subject, DateTimeOffset NotAfter)? Certificate => _ownTls?.Shown;

    /// <inheritdoc/>
    public SsPolicyEffect? Foresee(StreamTypePolicy? now)
    {
        var (action, impact) = Policy.Judge(now);
        return action == SsPolicyAction.None ? null : new SsPolicyEffect(StreamType, 0, impact, action);
    }

    /// <inheritdoc/>
    public void TellPolicyChanged()
    {
        // Whoever comes while another follows the policy is followed for by that one.
        if (Interlocked.Increment(ref _changes) == 1)
            _ = Task.Run(FollowPolicyAsync);
    }

    private ListenSocket Bind(Func<StreamTypePolicy> policy, ListenSocket? before) =>
        ListenSocket.Bind(policy, Platform, Logger, reason => Runtime.Telemetry.Instruments.Dropped(StreamType, reason), before: before);

    private async Task FollowPolicyAsync()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _changes);
            try
            {
                await FollowOnceAsync().ConfigureAwait(false);
            }
            catch (Exception error)
            {
                ServerLog.Failed(Logger, error, StreamType);
            }
        }
        while (Interlocked.CompareExchange(ref _changes, 0, seen) != seen);
    }

    private async Task FollowOnceAsync()
    {
        var now = _context.FindPolicy(StreamType);
        var action = Policy.Judge(now).Action;
        if (action != SsPolicyAction.Replace && !_isDeaf)
            Volatile.Write(ref _moveProblem, null); // What is in force by now does not want it elsewhere.
        switch (action)
        {
            case SsPolicyAction.None:
                return;
            case SsPolicyAction.Replace:
                await MoveAsync(now!).ConfigureAwait(false);
                break;
            case SsPolicyAction.End when !_context.IsNoServerForGood(StreamType):
                // What has ended cannot come back. It is told again when the policy holds for good.
                return;
            case SsPolicyAction.End:
                // In order, within the drain time that it had; whoever disposes it meanwhile cuts that short.
                ServerLog.Ends(Logger, StreamType);
                _ = DrainAsync().AsTask();
                break;
            default:
                // For the operator's sake: what does not fit is told now, and not when the next connection comes.
                _ = Policy.Now();
                break;
        }

        Runtime.Telemetry.Instruments.PolicyActed(StreamType, action);
    }

    private async Task MoveAsync(StreamTypePolicy now)
    {
        await _following.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_stoppedListening)
                return;
            var old = _socket;
            ListenSocket next;
            var isClosed = _isDeaf;
            try
            {
                next = Bind(now, old);
            }
            catch (IOException error) when (!isClosed && IsTakenBy(old, now, error))
            {
                // The one that listens has the port itself, on other addresses: both at a time cannot be.
                await old.StopAsync(takeWaiting: true).ConfigureAwait(false);
                isClosed = true;
                if (TryBind(now, old) is not { } moved)
                {
                    ListenAgain(old);
                    return;
                }

                next = moved;
            }
            catch (Exception error) when (error is IOException or SsPolicyException)
            {
                TellNotMoved(now, error);
                return;
            }

            Policy.Moved(now);
            Volatile.Write(ref _moveProblem, null);
            Open(next);
            Runtime.Trials.ListenerMoved(this, now, problem: null);
            if (!isClosed)
                await old.StopAsync(takeWaiting: true).ConfigureAwait(false);
        }
        finally
        {
            _following.Release();
        }
    }

    private static bool IsTakenBy(ListenSocket old, StreamTypePolicy now, Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException!)
        {
            if (inner is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
                return old.EndPoints.Any(one => one is IPEndPoint { Port: var port } && port == now.Port);
        }

        return false;
    }

    /// <summary>A socket where <paramref name="now"/> says.</summary>
    private ListenSocket Bind(StreamTypePolicy now, ListenSocket before)
    {
        var bound = false;
        var socket = Bind(() => Volatile.Read(ref bound) ? Policy.Now() : now, before);
        Volatile.Write(ref bound, true);
        return socket;
    }

    private ListenSocket? TryBind(StreamTypePolicy now, ListenSocket before)
    {
        try
        {
            return Bind(now, before);
        }
        catch (Exception error) when (error is IOException or SsPolicyException)
        {
            TellNotMoved(now, error);
            return null;
        }
    }

    private void TellNotMoved(StreamTypePolicy now, Exception error)
    {
        Volatile.Write(ref _moveProblem, error.Message);
        ServerLog.NotMoved(Logger, StreamType, error.Message);
        var failure = new TransportFailure(SsPhase.Connect, SsCauseCode.LocalAddressUnavailable, $"The listener cannot move to where the policy says: {error.Message}") { Attribute = "port", Error = error };
        Runtime.Trials.ListenerMoved(this, now, FailureReporter.Note(Runtime, StreamType, now, SsState.Creating, failure));
    }

    /// <summary>Back to where it was. Somebody else may have taken that in the moment between; then it hears nobody until a change of the policy leads it elsewhere.</summary>
    private void ListenAgain(ListenSocket old)
    {
        if (TryBind(Policy.Now(), old) is { } again)
            Open(again);
        else
            Volatile.Write(ref _isDeaf, true);
    }

    private void Open(ListenSocket socket)
    {
        Volatile.Write(ref _isDeaf, false);
        socket.Start(Arrived);
        Volatile.Write(ref _socket, socket);
    }

    private async Task StopListeningAsync(bool draining)
    {
        await _following.WaitAsync().ConfigureAwait(false);
        try
        {
            _stoppedListening = true;
            if (!_isDeaf)
                await _socket.StopAsync(draining).ConfigureAwait(false);
        }
        finally
        {
            _following.Release();
        }
    }
}
