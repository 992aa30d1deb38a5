using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>What is said where the arguments name a streamtype that the policy does not have.</summary>
internal static class UnknownStreamType
{
    private const int MostListed = 20;

    /// <summary>The name that was probably meant, or those that there are.</summary>
    /// <param name="model">The policy.</param>
    /// <param name="name">The name.</param>
    /// <param name="servers">Whether those of servers are asked for, rather than those of clients.</param>
    public static UnusableInputException Of(PolicyModel model, string name, bool servers)
    {
        if (Suggestion.Nearest(name, model.StreamTypes.Keys) is { } near)
            return new($"the policy has no streamtype '{name}'; did you mean '{near}'?");
        var kind = servers ? "server" : "client";
        var known = model.StreamTypes.Values.Where(one => one.Server == servers && !one.LocalSink).Select(static one => $"'{one.Name}'").Order(StringComparer.Ordinal).ToList();
        return new($"the policy has no streamtype '{name}'; of {kind}s it has {(known.Count == 0 ? "none" : string.Join(", ", known.Take(MostListed)))}{(known.Count > MostListed ? ", ..." : "")}");
    }
}
