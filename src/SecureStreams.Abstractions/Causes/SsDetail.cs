using System.Globalization;
using System.Text;

namespace SecureStreams;

/// <summary>
/// The operator's view of one failure: names, addresses, errors, what the peer said, the policy value that decided. Never contains secrets or payload sent.
/// </summary>
public sealed class SsDetail
{
    /// <summary>Unique within the context; <see cref="SsCause.DetailId"/> refers to it.</summary>
    public required long Id { get; init; }

    /// <summary>When, by the context's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The streamtype.</summary>
    public required string StreamType { get; init; }

    /// <summary>The stream's id; 0 when no stream came to be.</summary>
    public long StreamId { get; init; }

    /// <summary>The state that was reported with it.</summary>
    public SsState State { get; init; }

    /// <summary>The handler's view of the same event.</summary>
    public SsCause Cause { get; init; }

    /// <summary>One line that says what happened and, where there is one, what mends it.</summary>
    public required string Message { get; init; }

    /// <summary>The endpoint after expansion of <c>${}</c>, as <c>scheme://host:port/path</c>, without query; null when it was not reached.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The addresses tried, in the order they were started.</summary>
    public IReadOnlyList<SsCandidate> Candidates { get; init; } = [];

    /// <summary>How long the steps to the connection took, as far as they came; null when it was not about to be made.</summary>
    public SsConnectTimes? Times { get; init; }

    /// <summary>The messages of the exceptions behind it, outermost first.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>
    /// What the peer said: status line, where a redirect leads, close reason, the first 64 KiB of the body of an answer that is no success, without control
    /// characters. Null when it said nothing.
    /// </summary>
    public string? PeerText { get; init; }

    /// <summary>The policy value that decided the outcome; null when none did.</summary>
    public SsPolicyPosition? Policy { get; init; }

    /// <summary>Several lines of readable text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{StreamType}#{StreamId} {State}: {Message}");
        if (!Cause.IsNone)
            text.Append(CultureInfo.InvariantCulture, $"\n  cause:    {Cause}");
        if (Endpoint is not null)
            text.Append(CultureInfo.InvariantCulture, $"\n  endpoint: {Endpoint}");
        foreach (var candidate in Candidates)
            text.Append(CultureInfo.InvariantCulture, $"\n  tried:    {candidate.Address}: {candidate.Outcome} ({candidate.Elapsed.TotalMilliseconds:0.0} ms)");
        if (Times is not null)
            text.Append(CultureInfo.InvariantCulture, $"\n  times:    {Times}");
        foreach (var error in Errors)
            text.Append(CultureInfo.InvariantCulture, $"\n  error:    {error}");
        if (PeerText is not null)
            text.Append(CultureInfo.InvariantCulture, $"\n  peer:     {PeerText}");
        if (Policy is not null)
            text.Append(CultureInfo.InvariantCulture, $"\n  policy:   {Policy}");
        return text.ToString();
    }
}
