using System.Collections.Immutable;
using SecureStreams.Policy;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Edits;

/// <summary>A policy as an editor sees it: what can be changed, and the document that says so.</summary>
internal sealed record PolicyDraft
{
    public required GovernorPolicy Governor { get; init; }

    public required ImmutableArray<RetryDraft> Retries { get; init; }

    public required ImmutableArray<StreamDraft> Streams { get; init; }

    /// <summary>The draft of which <paramref name="model"/> came.</summary>
    public static PolicyDraft Of(PolicyModel model)
    {
        var streams = model.StreamTypes.Values.OrderBy(static policy => policy.Name, StringComparer.Ordinal).ToList();
        return new PolicyDraft
        {
            Governor = model.Governor,
            Retries = [.. streams.Select(static policy => policy.Retry!).DistinctBy(static retry => retry.Name).Select(RetryDraft.Of)],
            Streams = [.. streams.Select(StreamDraft.Of)],
        };
    }

    public PolicyDraft With(int stream, Func<StreamDraft, StreamDraft> change) => this with { Streams = Streams.SetItem(stream, change(Streams[stream])) };

    public PolicyDraft With(int retry, Func<RetryDraft, RetryDraft> change) => this with { Retries = Retries.SetItem(retry, change(Retries[retry])) };

    /// <summary>The whole document.</summary>
    /// <param name="random">Order and space; null for the plain ones.</param>
    public string Write(SimRandom? random)
    {
        var document = new PolicyMembers();
        document.AddText("release", "simulation-1");
        document.AddText("product", "simulation");
        document.Add("schema-version", 1);
        document.Add("governor_rate", Governor.AttemptsPerMinute);
        document.Add("governor_burst", Governor.Burst);
        document.Add("governor_in_flight", Governor.InFlight);
        document.Add("retry", Array(Retries.Select(retry => (retry.Name, retry.Members().Write(random))), random));
        document.Add("s", Array(Streams.Where(static one => one.IsThere).Select(one => (one.Name, one.Members(complete: true).Write(random))), random));
        return document.Write(random);
    }

    /// <summary>An overlay that says of some streamtypes and one scheme what this draft does.</summary>
    public string WriteOverlay(IEnumerable<int> streams, int retry, SimRandom random)
    {
        var document = new PolicyMembers();
        document.Add("retry", Array([(Retries[retry].Name, Retries[retry].Members().Write(random))], random));
        document.Add("s", Array(streams.Select(at => (Streams[at].Name, Streams[at].Members(complete: false).Write(random))), random));
        return document.Write(random);
    }

    // One object for each, or one for all: both are the language.
    private static string Array(IEnumerable<(string Name, string Value)> parts, SimRandom? random)
    {
        if (random is null || random.OneIn(2))
            return $"[{string.Join(',', parts.Select(static part => $"{{\"{part.Name}\":{part.Value}}}"))}]";
        var all = new PolicyMembers();
        foreach (var (name, value) in parts)
            all.Add(name, value);
        return $"[{all.Write(random)}]";
    }
}
