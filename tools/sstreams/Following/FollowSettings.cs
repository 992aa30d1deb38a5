namespace SecureStreams.Tool.Following;

/// <summary>What changes the policy of a command that goes on: its files, a server, an operator.</summary>
/// <param name="Watch">Whether the files of the policy are followed.</param>
/// <param name="Fetch">Whether the policy is fetched, over its streamtype <c>fetch_policy</c>.</param>
/// <param name="State">The folder that keeps what was fetched; null for none.</param>
/// <param name="Admin">The path of an admin socket; null for none.</param>
internal sealed record FollowSettings(bool Watch, bool Fetch, string? State, string? Admin)
{
    /// <summary>Whether the policy may change under the command.</summary>
    public bool Changes => Watch || Fetch || Admin is not null;
}
