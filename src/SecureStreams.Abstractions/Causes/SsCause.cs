namespace SecureStreams;

/// <summary>
/// Why a state change happened, in terms an application may know: phases, codes and numbers, never an endpoint, an address or a certificate.
/// Those are in the <see cref="SsDetail"/> that <see cref="DetailId"/> names, for operators.
/// </summary>
/// <param name="Phase">Where in the stream's life it arose.</param>
/// <param name="Code">What happened.</param>
public readonly record struct SsCause(SsPhase Phase, SsCauseCode Code)
{
    /// <summary>No cause: nothing needs explaining.</summary>
    public static SsCause None => default;

    /// <summary>Which attempt of the connect cycle this is about, from 1; 0 where no attempt is involved.</summary>
    public int Attempt { get; init; }

    /// <summary>Whether retries remain, so that the policy's <c>conceal</c> keeps <see cref="SsState.AllRetriesFailed"/> from the application for now.</summary>
    public bool Concealed { get; init; }

    /// <summary>What the stream does next by itself.</summary>
    public SsNextAction NextAction { get; init; }

    /// <summary>How long until <see cref="NextAction"/>; zero where it is immediate or nothing follows.</summary>
    public TimeSpan NextDelay { get; init; }

    /// <summary>The protocol's own status where it has one (the HTTP status); else 0.</summary>
    public int Status { get; init; }

    /// <summary>Names the <see cref="SsDetail"/> in <see cref="SsContext.Diagnostics"/>; 0 when there is none.</summary>
    public long DetailId { get; init; }

    /// <summary>Whether this is <see cref="None"/>.</summary>
    public bool IsNone => Code == SsCauseCode.None;

    /// <summary>One line, without names or addresses.</summary>
    public override string ToString()
    {
        if (IsNone)
            return "";

        var text = $"{Phase}/{Code}";
        if (Status != 0)
            text += $" status {Status}";
        if (Attempt > 0)
            text += $", attempt {Attempt}";
        text += NextAction switch
        {
            SsNextAction.Retry => $", {(Concealed ? "concealed, " : "")}retry in {NextDelay.TotalMilliseconds:0} ms",
            SsNextAction.Restart => $", afresh in {NextDelay.TotalMilliseconds:0} ms",
            SsNextAction.Idle => ", then idle",
            SsNextAction.Destroy => ", then gone",
            _ => "",
        };
        return DetailId == 0 ? text : $"{text} [detail {DetailId}]";
    }
}
