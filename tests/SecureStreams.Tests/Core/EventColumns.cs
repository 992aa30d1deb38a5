using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;

namespace SecureStreams.Tests.Core;

/// <summary>The columns of the event table, in groups of one table each.</summary>
internal static class EventColumns
{
    private const int Announced = 7;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    public static IReadOnlyList<(string Title, IReadOnlyList<EventColumn> Columns)> All { get; } =
    [
        ("Calls that begin and end something",
        [
            new("Connect()", static t => t.Stream.Connect()) { Member = "Connect", Ignored = IsUnderWay, Effect = static t => t.ConnectsAfterwards() },
            new("RequestTransmit()", static t => t.Stream.RequestTransmit()) { Member = "RequestTransmit", Effect = static t => t.TransmitsAfterwards(length: null) },
            new("RequestTransmit(n)", static t => t.Stream.RequestTransmit(Announced)) { Member = "RequestTransmit", Effect = static t => t.TransmitsAfterwards(Announced) },
            new("Disconnect()", static t => t.Stream.Disconnect()) { Member = "Disconnect", Ignored = static p => p.IsIdle ? "idle already" : null },
            new("DisposeAsync()", static t => _ = t.Stream.DisposeAsync().AsTask()) { Member = "DisposeAsync", Ignored = static p => p.IsDestroyed ? "destroyed already" : null },
            new("the context is disposed", static t => _ = t.World.Context.DisposeAsync().AsTask()) { Ignored = static p => p.IsDestroyed ? "destroyed already" : null },
        ]),
        ("Calls that set something",
        [
            new("StartTimeout(), which fires", static t => t.Stream.StartTimeout(Moment)) { Member = "StartTimeout", Time = static _ => Moment },
            new("CancelTimeout()", Cancel) { Member = "CancelTimeout", Time = static _ => Moment, Effect = static t => t.NewStates.Contains(SsState.Timeout) ? null : "no Timeout" },
            new("PauseReceive()", static t => t.Stream.PauseReceive()) { Member = "PauseReceive", Ignored = static p => p.IsPaused ? "rests already" : null, Effect = static t => t.Place.IsPaused ? null : t.ReceptionAfterwards(rests: true) },
            new("ResumeReceive()", static t => t.Stream.ResumeReceive()) { Member = "ResumeReceive", Ignored = static p => p.IsPaused ? null : "reception does not rest", Effect = static t => t.Place.IsPaused ? t.ReceptionAfterwards(rests: false) : null },
            new("SetMetadata()", static t => t.Stream.SetMetadata("m", "v")) { Member = "SetMetadata", Effect = static t => t.Stream.GetMetadata("m") == "v" ? "kept" : null },
            new("AddPeerTxCredit()", static t => t.Stream.AddPeerTxCredit(Announced)) { Member = "AddPeerTxCredit", Effect = static t => t.Stream.EstimatedPeerTxCredit == t.CreditBefore + Announced ? "credit grows" : null },
            new("ChangeHandlers()", static t => t.Stream.ChangeHandlers(t.Other)) { Member = "ChangeHandlers", Effect = static t => t.OtherTakesOver() },
        ]),
        ("What the connection tells",
        [
            new("connected", Peer(static p => p.Accept())) { Member = "ConnectedOnMailbox", Cannot = Only(static p => p.Stage == EventStage.Connecting ? null : "told once") },
            new("payload", Peer(static p => p.Send("x"u8.ToArray(), SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage)))
            {
                Member = "ReceivedOnMailbox",
                Cannot = Only(static p => p.IsTransactional && p.Stage == EventStage.Connected ? "see the next column" : AfterConnected(p)),
                Ignored = Resting,
            },
            new("rest of the answer", Peer(static p => p.Send(default, SsRxFlags.EndOfMessage)))
            {
                Member = "ReceivedOnMailbox",
                Cannot = Only(static p => p.IsTransactional ? AfterConnected(p) : "only of transactions"),
                Ignored = Resting,
            },
            new("writable", Peer(static p => p.AllowTransmit(due: false))) { Member = "WritableOnMailbox", Cannot = Only(Sending), Ignored = static _ => "nobody asked" },
            new("writable, bytes due", Peer(static p => p.AllowTransmit(due: true))) { Member = "WritableOnMailbox", Cannot = Only(static p => p.IsTransactional ? Sending(p) : "only of request bodies") },
            new("acknowledged", Peer(static p => p.Acknowledge(true, 200))) { Member = "AcknowledgedOnMailbox", Cannot = Only(AfterConnected), Ignored = Resting },
            new("refused", Peer(static p => p.Acknowledge(false, 404, CoreBench.Refused))) { Member = "AcknowledgedOnMailbox", Cannot = Only(AfterConnected), Ignored = Resting },
            new("user state", Peer(static p => p.UserState(1003, 404))) { Member = "UserStateOnMailbox", Cannot = Only(BeforeConnected) },
            new("begun again (redirect)", Peer(static p => p.Restart(new TransportFailure(SsPhase.Protocol, SsCauseCode.RedirectRefused, "Moved.")))) { Member = "RestartedOnMailbox", Cannot = Only(BeforeConnected) },
        ]),
        ("How the connection ends",
        [
            new("in order", Peer(static p => p.Close(null)))
            {
                Member = "ClosedOnMailbox",
                Cannot = Only(static p => p.IsTransactional && p.Stage != EventStage.Answered ? "acknowledged or refused comes first" : null),
                Ignored = static p => p.IsPaused ? "waits until reception goes on" : null,
            },
            Ends("transient failure", CoreBench.Reset),
            Ends("permanent failure", new TransportFailure(SsPhase.Policy, SsCauseCode.NotSupported, "Not here.") { Permanent = true }),
            Ends("identity failure", new TransportFailure(SsPhase.Tls, SsCauseCode.CertificateUntrusted, "Not trusted.")),
            Ends("Retry-After of 17 s", new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, "Later.") { RetryAfter = TimeSpan.FromSeconds(17), Status = 503 }),
            new("anything, of one let go", static t => t.TellLate())
            {
                Member = "ClosedOnMailbox",
                IsLate = true,
                Cannot = static p => p.State == SsState.Creating ? "has let none go" : null,
                Ignored = static _ => "let go",
            },
        ]),
        ("Time",
        [
            new("the delay is over", static _ => { })
            {
                Time = static t => t.Delay,
                Cannot = static p => p.WaitsForDelay ? null : "no delay runs",
            },
            new("the governor lets it go", static _ => { })
            {
                Time = static _ => TimeSpan.FromSeconds(1),
                Cannot = static p => p.Now == EventPlace.Governor ? null : "not waited for",
            },
            new("nothing heard for svalidhup", Peer(static p => p.IsSilent = true))
            {
                Time = static _ => TimeSpan.FromSeconds(60),
                Cannot = static p => p.Stage == EventStage.None ? "no connection" : null,
                Ignored = static p => p.IsPaused ? "not read" : p is { Stage: EventStage.Connecting, HasConnection: false } ? "connect_timeout_ms counts" : null,
            },
        ]),
    ];

    private static Action<EventTrial> Peer(Action<InMemoryPeer> act) => trial => act(trial.Peer!);

    private static Func<EventPlace, string?> Only(Func<EventPlace, string?> reason) => place => place.Stage == EventStage.None ? "no attempt" : reason(place);

    private static EventColumn Ends(string name, TransportFailure failure) => new(name, Peer(p => p.Close(failure))) { Member = "ClosedOnMailbox", Cannot = Only(static _ => null) };

    private static string? IsUnderWay(EventPlace place) =>
        place.Now == EventPlace.Governor ? "keeps its place"
        : place.Stage == EventStage.Connecting ? "connects already"
        : place.Stage == EventStage.Connected ? "is connected"
        : null;

    private static string? AfterConnected(EventPlace place) => place.Stage switch
    {
        EventStage.Connecting => "connected comes first",
        EventStage.Answered => "the answer is over",
        _ => null,
    };

    private static string? BeforeConnected(EventPlace place) => !place.IsTransactional ? "only of transactions" : place.Stage == EventStage.Connecting ? null : "only before connected";

    private static string? Sending(EventPlace place) => place.Stage switch
    {
        EventStage.Connecting when !place.IsTransactional => "connected comes first",
        EventStage.Answered => "the answer is over",
        _ => null,
    };

    private static string? Resting(EventPlace place) => place.IsPaused ? "waits until reception goes on" : null;

    private static void Cancel(EventTrial trial)
    {
        if (!trial.Place.IsDestroyed)
            trial.Stream.StartTimeout(Moment);
        trial.Stream.CancelTimeout();
    }
}
