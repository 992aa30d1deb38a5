using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>Decides what a change of its policy does to a listener: a pure function, asked by plans and by listeners when the change has come.</summary>
internal static class ListenerReaction
{
    private static readonly string[] Places = ["endpoint", "address_family"];

    // What it is made of beside protocol and TLS, or told apart from others by.
    private static readonly string[] Fixed = ["unix_mode", "unix_user", "unix_group", "http_url", "ws_subprotocol"];

    /// <summary>The action, and the impact class that led to it.</summary>
    /// <param name="began">What it was made with.</param>
    /// <param name="place">What says where it listens.</param>
    /// <param name="served">What its next connection would be served by.</param>
    /// <param name="now">The policy in force from now on; null when its streamtype is gone.</param>
    /// <param name="mayMove">Whether it can listen elsewhere; not one that joins another's socket.</param>
    public static (SsPolicyAction Action, PolicyImpact Impact) Of(StreamTypePolicy began, StreamTypePolicy place, StreamTypePolicy served, StreamTypePolicy? now, bool mayMove)
    {
        if (now is null || !PolicyReaction.IsNoClient(now))
            return (SsPolicyAction.End, PolicyImpact.Recreate);
        if (Differs(began, place, now, mayMove) is not null)
            return (SsPolicyAction.CreateAnew, PolicyImpact.Recreate);
        if (IsElsewhere(place, now))
            return (SsPolicyAction.Replace, PolicyImpact.Reconnect);
        return PolicyStep.Between(served, now) is not { } step ? (SsPolicyAction.None, PolicyImpact.Live)
            : step.Impact == PolicyImpact.Live ? (SsPolicyAction.Live, PolicyImpact.Live)
            : (SsPolicyAction.NextAttempt, step.Impact);
    }

    /// <summary>Whether <paramref name="now"/> says of another place than the one that is listened on.</summary>
    public static bool IsElsewhere(StreamTypePolicy place, StreamTypePolicy now) =>
        now.Port != place.Port || Array.Exists(Places, name => !Equals(now.Find(name)?.Value.Text, place.Find(name)?.Value.Text));

    /// <summary>What cannot change under a listener and has; null for nothing.</summary>
    public static string? Differs(StreamTypePolicy began, StreamTypePolicy place, StreamTypePolicy? now, bool mayMove)
    {
        if (now is null)
            return "has no such streamtype any more";
        if (!PolicyReaction.IsNoClient(now))
            return "it is no server any more";
        if (now.Protocol != began.Protocol)
            return "protocol is another";
        if (now.Tls != began.Tls)
            return "tls is another";
        if (!mayMove && IsElsewhere(place, now))
            return "endpoint or port is another";
        foreach (var attribute in Fixed)
        {
            if (!Equals(now.Find(attribute)?.Value.Text, began.Find(attribute)?.Value.Text))
                return $"{attribute} is another";
        }

        return NamesOf(now).SequenceEqual(NamesOf(began), StringComparer.Ordinal) ? null : "server_names is another";
    }

    private static IEnumerable<string> NamesOf(StreamTypePolicy policy) => policy.Find("server_names")?.Value.Items.Select(static one => one.Text) ?? [];
}
