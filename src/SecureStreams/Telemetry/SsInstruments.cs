using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using SecureStreams.Network;

namespace SecureStreams.Telemetry;

/// <summary>
/// The instruments of one meter: the process's own, or that of a factory which a context was given. Contexts share them.
/// </summary>
internal sealed class SsInstruments
{
    private static readonly ConditionalWeakTable<Meter, SsInstruments> Made = [];
    private static readonly double[] Seconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60];
    private static readonly double[] LongSeconds = [0.01, 0.1, 1, 10, 60, 300, 900, 3600, 4 * 3600, 24 * 3600];

    private readonly Counter<long> _transitions;
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _attemptDuration;
    private readonly Histogram<double> _dialPhaseDuration;
    private readonly Histogram<double> _connectionDuration;
    private readonly Counter<long> _payload;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _acceptedFailures;
    private readonly Counter<long> _handlerErrors;
    private readonly Histogram<double> _governorWait;
    private readonly Counter<long> _policyUpdates;
    private readonly Counter<long> _policyActions;
    private readonly Counter<long> _tokenFetches;
    private readonly Counter<long> _policyFetches;
    private readonly Counter<long> _policyTrials;
    private readonly Counter<long> _internetFindings;
    private readonly Counter<long> _networkChanges;

    public SsInstruments(Meter meter)
    {
        Census = new StreamCensus(meter);
        _transitions = meter.CreateCounter<long>("ss.state.transitions", "{transition}", "States delivered to handlers");
        _attempts = meter.CreateCounter<long>("ss.attempts", "{attempt}", "Attempts to connect that have ended");
        _attemptDuration = CreateHistogram(meter, "ss.attempt.duration", "From the start of an attempt to its end", Seconds);
        _dialPhaseDuration = CreateHistogram(meter, "ss.dial.phase.duration", "Phases of making a connection that succeeded", Seconds);
        _connectionDuration = CreateHistogram(meter, "ss.connection.duration", "From Connected to the end of the connection or transaction", LongSeconds);
        _payload = meter.CreateCounter<long>("ss.payload.io", "By", "Payload given to handlers and taken from them");
        _acceptedFailures = meter.CreateCounter<long>("ss.accepted.failures", "{failure}", "Accepted streams, and connections and requests before they were one, that a failure ended");
        _dropped = meter.CreateCounter<long>("ss.dropped", "{event}", "What the runtime dropped");
        _handlerErrors = meter.CreateCounter<long>("ss.handler.errors", "{exception}", "Exceptions that handlers threw");
        _policyUpdates = meter.CreateCounter<long>("ss.policy.updates", "{update}", "Changes of policies that were asked for");
        _policyActions = meter.CreateCounter<long>("ss.policy.actions", "{stream}", "What changes of policies did to streams");
        _tokenFetches = meter.CreateCounter<long>("ss.token.fetches", "{fetch}", "Fetches of tokens that have ended, each with all its attempts");
        _policyFetches = meter.CreateCounter<long>("ss.policy.fetches", "{fetch}", "Fetches of policies that have ended");
        _policyTrials = meter.CreateCounter<long>("ss.policy.trials", "{trial}", "Trials of policies that have ended");
        _internetFindings = meter.CreateCounter<long>("ss.internet.findings", "{finding}", "What was found out about where the network leads");
        _networkChanges = meter.CreateCounter<long>("ss.network.changes", "{change}", "Changes of this machine's addresses that contexts acted on");
        _governorWait = CreateHistogram(meter, "ss.governor.wait", "How long the governor held back an attempt", Seconds);
    }

    /// <summary>The process's own.</summary>
    public static SsInstruments Shared { get; } = new(new Meter(SsTelemetry.MeterName, SsTelemetry.Version));

    /// <summary>What is counted by looking when somebody asks.</summary>
    public StreamCensus Census { get; }

    /// <summary>Whether an attempt must be timed.</summary>
    public bool TimesAttempts => _attempts.Enabled || _attemptDuration.Enabled || _connectionDuration.Enabled;

    /// <summary>Those of a factory's meter, else the process's own.</summary>
    public static SsInstruments Of(IMeterFactory? factory) =>
        factory is null
            ? Shared
            : Made.GetValue(factory.Create(new MeterOptions(SsTelemetry.MeterName) { Version = SsTelemetry.Version }), static meter => new SsInstruments(meter));

    public void Transition(string streamType, SsState state)
    {
        if (_transitions.Enabled)
            Add(_transitions, 1, new TagList { { TelemetryNames.StreamType, streamType }, { TelemetryNames.State, TelemetryNames.Of(state) } });
    }

    /// <summary>An attempt has ended.</summary>
    /// <param name="streamType">Of the stream.</param>
    /// <param name="outcome">How.</param>
    /// <param name="cause">Why, when it did not connect.</param>
    /// <param name="took">How long it took.</param>
    public void Attempt(string streamType, string outcome, in SsCause cause, TimeSpan took)
    {
        var tags = new TagList { { TelemetryNames.StreamType, streamType }, { TelemetryNames.Outcome, outcome } };
        if (!cause.IsNone)
        {
            tags.Add(TelemetryNames.Phase, TelemetryNames.Of(cause.Phase));
            tags.Add(TelemetryNames.ErrorType, TelemetryNames.Of(cause.Code));
        }

        Add(_attempts, 1, tags);
        Record(_attemptDuration, took, tags);
    }

    /// <summary>A connection or transaction that was Connected has ended.</summary>
    /// <param name="streamType">Of the stream.</param>
    /// <param name="error">Why, unless it ended as it should or as the application asked.</param>
    /// <param name="lasted">How long it lasted.</param>
    public void Connection(string streamType, SsCauseCode? error, TimeSpan lasted)
    {
        var tags = new TagList { { TelemetryNames.StreamType, streamType } };
        if (error is { } code)
            tags.Add(TelemetryNames.ErrorType, TelemetryNames.Of(code));
        Record(_connectionDuration, lasted, tags);
    }

    /// <summary>A connection was made. Phases that it did without are not recorded. Without a streamtype, since streams share connections.</summary>
    public void Dialed(in DialTimings timings, bool unix)
    {
        if (!_dialPhaseDuration.Enabled)
            return;
        var transport = unix ? "unix" : "tcp";
        RecordPhase(SsPhase.Names, timings.Names, transport);
        RecordPhase(SsPhase.Connect, timings.Connect, transport);
        RecordPhase(SsPhase.Proxy, timings.Proxy, transport);
        RecordPhase(SsPhase.Tls, timings.Tls, transport);
    }

    /// <summary>Payload was given to a handler.</summary>
    public void Received(string streamType, long bytes) => Payload(streamType, bytes, TelemetryNames.Receive);

    /// <summary>Payload that a handler committed was released to the transport.</summary>
    public void Transmitted(string streamType, long bytes) => Payload(streamType, bytes, TelemetryNames.Transmit);

    /// <summary>Something was dropped.</summary>
    /// <param name="streamType">Of the stream.</param>
    /// <param name="reason">A constant: <c>illegal_step</c>.</param>
    public void Dropped(string streamType, string reason)
    {
        if (_dropped.Enabled)
            Add(_dropped, 1, new TagList { { TelemetryNames.StreamType, streamType }, { TelemetryNames.Reason, reason } });
    }

    /// <summary>A failure has ended an accepted stream, or what would have become one.</summary>
    public void AcceptedFailed(string streamType, in SsCause cause)
    {
        if (_acceptedFailures.Enabled)
            Add(_acceptedFailures, 1, new TagList { { TelemetryNames.StreamType, streamType }, { TelemetryNames.Phase, TelemetryNames.Of(cause.Phase) }, { TelemetryNames.ErrorType, TelemetryNames.Of(cause.Code) } });
    }

    /// <summary>A handler threw.</summary>
    /// <param name="streamType">Of the stream.</param>
    /// <param name="callback">The state, OnReceive or OnTransmit. A user state comes as its number.</param>
    public void HandlerThrew(string streamType, string callback)
    {
        if (_handlerErrors.Enabled)
            Add(_handlerErrors, 1, new TagList { { TelemetryNames.StreamType, streamType }, { TelemetryNames.Callback, char.IsAsciiDigit(callback[0]) ? "User" : callback } });
    }

    /// <summary>A change of a policy was asked for.</summary>
    public void PolicyUpdated(bool applied)
    {
        if (_policyUpdates.Enabled)
            Add(_policyUpdates, 1, new TagList { { TelemetryNames.Outcome, applied ? TelemetryNames.Applied : TelemetryNames.Refused } });
    }

    /// <summary>A fetch of a policy has ended.</summary>
    public void PolicyFetched(SsRemotePolicyOutcome outcome)
    {
        if (_policyFetches.Enabled)
            Add(_policyFetches, 1, new TagList { { TelemetryNames.Outcome, TelemetryNames.Of(outcome) } });
    }

    /// <summary>A change of its policy did something to a stream.</summary>
    public void PolicyActed(string streamType, SsPolicyAction action)
    {
        if (_policyActions.Enabled)
            Add(_policyActions, 1, new TagList { { TelemetryNames.StreamType, streamType }, { TelemetryNames.Action, TelemetryNames.Of(action) } });
    }

    /// <summary>A fetch of a token has ended.</summary>
    /// <param name="scheme">The name of its scheme.</param>
    /// <param name="error">Why there is none; null when there is one.</param>
    public void TokenFetched(string scheme, SsCauseCode? error)
    {
        if (!_tokenFetches.Enabled)
            return;
        var tags = new TagList { { TelemetryNames.Scheme, scheme } };
        if (error is { } code)
            tags.Add(TelemetryNames.ErrorType, TelemetryNames.Of(code));
        Add(_tokenFetches, 1, tags);
    }

    /// <summary>The trial of a policy is over.</summary>
    public void TrialEnded(SsPolicyTrialState state)
    {
        if (_policyTrials.Enabled)
            Add(_policyTrials, 1, new TagList { { TelemetryNames.Outcome, TelemetryNames.Of(state) } });
    }

    /// <summary>This machine's network has changed.</summary>
    public void NetworkChanged()
    {
        if (_networkChanges.Enabled)
            Add(_networkChanges, 1, default);
    }

    /// <summary>It was found out where the network leads.</summary>
    public void InternetFound(SsInternet internet, SsInternetTrigger trigger)
    {
        if (_internetFindings.Enabled)
            Add(_internetFindings, 1, new TagList { { TelemetryNames.Internet, TelemetryNames.Of(internet) }, { TelemetryNames.Trigger, TelemetryNames.Of(trigger) } });
    }

    /// <summary>The governor let an attempt go that it had held back.</summary>
    public void GovernorWaited(string streamType, TimeSpan waited)
    {
        if (_governorWait.Enabled)
            Record(_governorWait, waited, new TagList { { TelemetryNames.StreamType, streamType } });
    }

    private static Histogram<double> CreateHistogram(Meter meter, string name, string description, IReadOnlyList<double> bounds) =>
        meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    // A listener runs here, on a stream's mailbox: what it throws is its own loss, as with logs.
    private static void Add(Counter<long> counter, long value, in TagList tags)
    {
        try
        {
            counter.Add(value, tags);
        }
        catch (Exception)
        {
            // Nowhere to tell it.
        }
    }

    private static void Record(Histogram<double> histogram, TimeSpan value, in TagList tags)
    {
        try
        {
            histogram.Record(value.TotalSeconds, tags);
        }
        catch (Exception)
        {
            // Nowhere to tell it.
        }
    }

    private void RecordPhase(SsPhase phase, TimeSpan took, string transport)
    {
        if (took > TimeSpan.Zero)
            Record(_dialPhaseDuration, took, new TagList { { TelemetryNames.Phase, TelemetryNames.Of(phase) }, { TelemetryNames.Transport, transport } });
    }

    private void Payload(string streamType, long bytes, string direction)
    {
        if (_payload.Enabled && bytes > 0)
            Add(_payload, bytes, new TagList { { TelemetryNames.StreamType, streamType }, { TelemetryNames.Direction, direction } });
    }
}
