using System.Globalization;
using SecureStreams.Core;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;

namespace SecureStreams.Tests.Core;

/// <summary>
/// One cell of the event table: a stream in a row's state, one event, what comes of it; then checks that the stream does what it says it does next, and that nothing is left
/// when it is destroyed. On one thread, in one order.
/// </summary>
internal sealed class EventTrial
{
    private const long Credit = 1000;

    private readonly RecordingHandler _handler;
    private int _eventsBefore;
    private int _attemptsBefore;

    private EventTrial(EventPlace place)
    {
        Place = place;
        World = new CoreWorld(EventPlace.Policy);
        (Stream, _handler) = World.Create(place.StreamType, new SsStreamOptions { ManualInitialTxCredit = Credit });
        _handler.OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Commit(1, SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });
    }

    public EventPlace Place { get; }

    public CoreWorld World { get; }

    public SecureStream Stream { get; }

    /// <summary>For <see cref="SecureStream.ChangeHandlers"/>.</summary>
    public ListeningHandler Other { get; } = new();

    /// <summary>The other side of the stream's newest attempt.</summary>
    public InMemoryPeer? Peer => Peers is [.., var last] ? last : null;

    public long CreditBefore { get; private set; }

    /// <summary>The states since the event.</summary>
    public IEnumerable<SsState> NewStates => NewEvents.Where(static one => one.Kind == RecordedKind.State).Select(static one => one.State);

    /// <summary>How long the stream said that it waits.</summary>
    public TimeSpan Delay => _handler.CauseOf(_handler.States[^1]).NextDelay;

    private IEnumerable<RecordedEvent> NewEvents => _handler.Events.Skip(_eventsBefore);

    private IReadOnlyList<InMemoryPeer> Peers => [.. World.Peers.Where(peer => ReferenceEquals(peer.Setup.Sink, Stream))];

    /// <summary>The text of the cell.</summary>
    /// <exception cref="CheckFailedException">The cell has no text, or something is not as it must be.</exception>
    public static async Task<string> RunAsync(EventPlace place, EventColumn column)
    {
        var trial = new EventTrial(place);
        await using var world = trial.World;
        try
        {
            var text = trial.Cell(column);
            trial.Destroy();
            return text;
        }
        catch (Exception error)
        {
            throw new CheckFailedException($"{place.Name}, {column.Name}: {error.Message} {trial._handler.Describe()}", error);
        }
    }

    /// <summary>Connects, and lets the peer do <paramref name="acts"/>.</summary>
    public void Connect(params ReadOnlySpan<Action<InMemoryPeer>> acts)
    {
        World.Do(Stream.Connect);
        foreach (var act in acts)
        {
            act(Peer!);
            World.Run();
        }
    }

    /// <summary>Every call that a transport can make, made by the first one, which the stream has let go.</summary>
    public void TellLate()
    {
        var (setup, transport) = (Peers[0].Setup, Peers[0].Transport);
        Action<ITransportSink>[] calls =
        [
            sink => sink.ConnectedOnMailbox(transport),
            sink => sink.WritableOnMailbox(transport, due: false),
            sink => sink.WritableOnMailbox(transport, due: true),
            sink => sink.ReceivedOnMailbox(transport, "late"u8, SsRxFlags.StartOfMessage),
            sink => sink.UserStateOnMailbox(transport, (SsState)1003, 404),
            sink => sink.RestartedOnMailbox(transport, CoreBench.Reset),
            sink => sink.ServerTransactionOnMailbox(transport),
            sink => sink.AcknowledgedOnMailbox(transport, ack: true, refusal: null, 200),
            sink => sink.AcknowledgedOnMailbox(transport, ack: false, CoreBench.Refused, 404),
            sink => sink.ClosedOnMailbox(transport, failure: null),
            sink => sink.ClosedOnMailbox(transport, CoreBench.Reset),
        ];
        foreach (var call in calls)
            setup.Mailbox.Post(new MailboxAction<ITransportSink>(setup.Sink, call));
    }

    /// <summary>Connect() at the end of a transaction is carried out when that has closed.</summary>
    public string? ConnectsAfterwards()
    {
        if (Place.Stage != EventStage.Answered)
            return null;
        World.Do(() => Peer!.Close(null));
        Require(NewStates.SequenceEqual([SsState.Disconnected, SsState.Connecting]), "The next transaction does not begin.");
        return "Connecting after Disconnected";
    }

    /// <summary>The request is served as soon as the peer can take bytes.</summary>
    /// <param name="length">The length that was announced.</param>
    public string? TransmitsAfterwards(long? length)
    {
        if (Place.IsDestroyed || NewEvents.Any(static one => one.Kind == RecordedKind.Transmit))
            return null;
        World.Play = static peer =>
        {
            peer.Accept();
            peer.AllowTransmit(due: false);
        };
        if (Place.Stage == EventStage.Answered)
            Peer!.Close(null);
        else if (Stream.State == SsState.Connecting)
            World.Play(Peer!);
        else
            Peer?.AllowTransmit(due: false);
        World.PassSeconds(30);
        Require(_handler.Transmits == 1, $"{_handler.Transmits} transmit callbacks.");
        var begun = Peers.Count > _attemptsBefore;
        Require(!begun || Peer!.Setup.TransmitLength == length, $"The attempt was told {Peer!.Setup.TransmitLength}.");
        return begun && length is not null ? "OnTransmit follows, n is known" : "OnTransmit follows";
    }

    /// <summary>Whether pieces come now, and whether the next attempt begins in the same way.</summary>
    /// <param name="rests">What it must be.</param>
    public string? ReceptionAfterwards(bool rests)
    {
        if (Place.IsDestroyed)
            return null;
        if (Place.Stage is EventStage.Connecting or EventStage.Connected)
        {
            if (Place.Stage == EventStage.Connecting)
                Peer!.Accept();
            World.Run();
            var before = _handler.ReceivedLength;
            Peer!.Send("y"u8.ToArray(), Place.IsTransactional && Place.Stage == EventStage.Connected ? SsRxFlags.EndOfMessage : SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);
            World.Run();
            Require(_handler.ReceivedLength > before != rests, "Pieces come although reception rests, or the other way round.");
        }

        World.Do(Stream.Disconnect);
        World.Do(Stream.Connect);
        World.PassSeconds(2);
        Require(Peers.Count > 0 && Peer!.Setup.ReceivePaused == rests, "The next attempt does not begin as reception is.");
        return rests ? "reception rests" : "reception goes on";
    }

    /// <summary>The other handler gets what comes next, and the first gets no more.</summary>
    public string? OtherTakesOver()
    {
        if (Place.IsDestroyed)
            return null;
        Require(ReferenceEquals(Stream.Handler, Other), "The handler is not the other one.");
        World.Do(() => _ = Stream.DisposeAsync().AsTask());
        Require(!NewEvents.Any() && Other.States is [.., SsState.Destroying], "The first handler was called again, or the other was not.");
        return "the other is called from now on";
    }

    /// <summary>What the stream says it does, in the words of the table.</summary>
    public string Now()
    {
        var now = Stream.Explain().Now;
        if (now.Contains("governor", StringComparison.Ordinal))
            return EventPlace.Governor;
        if (now.StartsWith("waits: ", StringComparison.Ordinal))
        {
            var cause = Stream.Explain().Events.Last(static one => one.Cause.NextAction is SsNextAction.Retry or SsNextAction.Restart).Cause;
            return string.Create(CultureInfo.InvariantCulture, $"{(cause.NextAction == SsNextAction.Retry ? "retry" : "afresh")} in {cause.NextDelay.TotalSeconds:0.###} s");
        }

        return now switch
        {
            "connected, reception paused" => "paused",
            "idle until the application acts" => "idle",
            "destroyed" => EventPlace.Gone,
            _ => now,
        };
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new CheckFailedException(otherwise);
    }

    private string Cell(EventColumn column)
    {
        if (column.IsLate && column.Cannot(Place) is null)
        {
            Connect(static peer => peer.Accept());
            World.Do(Stream.Disconnect);
        }

        var threw = false;
        if (Place.IsInDestroying)
        {
            Place.Reach(this);
            _handler.OnStateDo(SsState.Destroying, _ =>
            {
                Mark();
                threw = Act(column);
                _eventsBefore++;
            });
            World.Do(() => _ = Stream.DisposeAsync().AsTask());
        }
        else
        {
            Place.Reach(this);
            Mark();
        }

        Require((Stream.State, Now()) == (Place.State, Place.Now), $"The row is not reached: {Stream.State}, {Now()}.");
        Require((Place.Stage != EventStage.None) == (Peer is { Ended.IsCompleted: false }), "The row's stage is wrong.");
        if (column.Cannot(Place) is { } cannot)
            return $"cannot: {cannot}";
        if (!Place.IsInDestroying)
            threw = Act(column);
        World.Pass(column.Time(this));
        World.Run();
        return Text(column, threw);
    }

    private void Mark()
    {
        _eventsBefore = _handler.Events.Count;
        _attemptsBefore = Peers.Count;
        CreditBefore = Stream.EstimatedPeerTxCredit;
    }

    private bool Act(EventColumn column)
    {
        if (column.Cannot(Place) is not null)
            return false;
        try
        {
            column.Act(this);
            return false;
        }
        catch (ObjectDisposedException) when (Place.IsDestroyed)
        {
            return true;
        }
    }

    private string Text(EventColumn column, bool threw)
    {
        var events = NewEvents.ToList();
        var now = Now();
        var states = NewStates.Where(static state => !SsStateTable.IsNotice(state)).ToList();
        Require(Stream.State == (states.Count > 0 ? states[^1] : Place.State), $"The state is {Stream.State}, and another was delivered last.");
        _handler.AssertClean();

        var effect = threw ? "throws ObjectDisposedException" : column.Effect?.Invoke(this);
        if (effect is null)
            DoesWhatItSays(now, fresh: events.Count > 0);
        var ignored = column.Ignored(Place);
        if (events.Count == 0 && effect is null && now == Place.Now)
            return ignored is null ? throw new CheckFailedException("Nothing comes of it, and no reason is given.") : $"ignored: {ignored}";
        Require(ignored is null || effect == "throws ObjectDisposedException", $"Something comes of it, although it is to be ignored: {ignored}.");

        var told = string.Join(", ", events.Select(static one => one.Kind switch
        {
            RecordedKind.Transmit => "OnTransmit",
            RecordedKind.Receive => "OnReceive",
            _ => one.State >= SsState.UserBase ? "user state" : one.State.ToString(),
        }));
        var text = now == Place.Now && told.Length == 0 ? "" : $"{(told.Length == 0 ? "nothing told" : told)} → {now}";
        return effect is null ? text : text.Length == 0 ? effect : $"{text}; {effect}";
    }

    private void DoesWhatItSays(string now, bool fresh)
    {
        var (events, attempts) = (_handler.Events.Count, Peers.Count);
        if (now.Contains(" in ", StringComparison.Ordinal))
        {
            var delay = Stream.Explain().Events.Last(static one => one.Cause.NextAction is SsNextAction.Retry or SsNextAction.Restart).Cause.NextDelay;
            if (fresh && NewStates.Last() != SsState.Timeout)
            {
                World.Pass(delay - TimeSpan.FromMilliseconds(1));
                Require((_handler.Events.Count, Peers.Count) == (events, attempts), $"Something happens before '{now}'.");
                delay = TimeSpan.FromMilliseconds(1);
            }

            World.Pass(delay);
            Require(Peers.Count == attempts + 1, $"No attempt follows '{now}'.");
            return;
        }

        World.Pass(now is "idle" or EventPlace.Gone ? TimeSpan.FromDays(2) : now == EventPlace.Governor ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(10));
        var expected = now == EventPlace.Governor ? attempts + 1 : attempts;
        Require(Peers.Count == expected && (now == EventPlace.Governor || _handler.Events.Count == events), $"It does not stay '{now}'.");
    }

    private void Destroy()
    {
        World.Do(() => _ = Stream.DisposeAsync().AsTask());
        Require(Stream.State == SsState.Destroying && Now() == EventPlace.Gone, "It is not destroyed.");
        var events = _handler.Events.Count;
        if (Peers.Count > 0)
            World.Do(TellLate);
        World.PassSeconds(3600);
        Require(_handler.Events.Count == events, "A callback came after Destroying.");
        if (Other.States.Count == 0)
            _handler.AssertCleanAndDestroyed();
        else
            Require(Other.States is [.., SsState.Destroying], "The other handler was not told of the end.");
        Require(World.Clock.ArmedTimers.Count == 0, "A timer is left.");
    }

    /// <summary>Keeps the states it is told.</summary>
    internal sealed class ListeningHandler : SecureStreamHandler
    {
        public List<SsState> States { get; } = [];

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            States.Add(change.State);
            return SsResult.Continue;
        }
    }
}
