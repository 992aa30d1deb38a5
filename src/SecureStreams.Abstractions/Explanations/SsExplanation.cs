using System.Globalization;
using System.Text;

namespace SecureStreams;

/// <summary>What has happened to a stream and why. A copy: it does not follow the stream. For operators; it names endpoints and addresses, and never secrets.</summary>
public sealed class SsExplanation
{
    /// <summary>How many events of a stream are kept.</summary>
    public const int Capacity = 64;

    /// <summary>The streamtype.</summary>
    public required string StreamType { get; init; }

    /// <summary>The stream's id.</summary>
    public required long StreamId { get; init; }

    /// <summary>The state it is in.</summary>
    public required SsState State { get; init; }

    /// <summary>What it is doing or waiting for now, in one line.</summary>
    public required string Now { get; init; }

    /// <summary>
    /// The last <see cref="Capacity"/> changes that had a cause, and the connections made between them, oldest first. Of transactions that succeed one after the other only
    /// the first is there.
    /// </summary>
    public required IReadOnlyList<SsEvent> Events { get; init; }

    /// <summary>How the connection came to be that the stream has or had last; null before the first, and where there is none (local sinks). Streams may share one.</summary>
    public SsConnection? Connection { get; init; }

    /// <summary>The policy in effect: what is stated and what that implies, in the order of the attribute table. Secrets are kept back.</summary>
    public required IReadOnlyList<SsPolicyFact> Policy { get; init; }

    /// <summary>The newest event that was a failure, or null.</summary>
    public SsEvent? LastFailure => Events.LastOrDefault(static one => one.Detail is not null);

    /// <summary>Several lines of readable text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{StreamType}#{StreamId} is {State}: {Now}");
        if (Connection is not null)
            text.Append("\nconnection: ").Append(Connection.ToString().Replace("\n", "\n  ", StringComparison.Ordinal));
        text.Append(Events.Count == 0 ? "\nevents: none" : "\nevents:");
        SsDetail? told = null;
        foreach (var one in Events)
        {
            // What one failure leads to refers to its detail, which stands there already.
            var line = one.Detail is not null && one.Detail == told ? one.WithoutDetail() : one.ToString();
            text.Append("\n  ").Append(line.Replace("\n", "\n  ", StringComparison.Ordinal));
            told = one.Detail ?? told;
        }

        text.Append("\npolicy:");
        foreach (var fact in Policy)
            text.Append("\n  ").Append(fact);
        return text.ToString();
    }
}
