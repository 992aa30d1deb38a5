namespace SecureStreams;

/// <summary>Where the policy comes from that the remote side put in force last.</summary>
public enum SsRemotePolicySource
{
    /// <summary>The program brought it; nothing else was put in force yet.</summary>
    BuiltIn = 0,

    /// <summary>It was fetched by an earlier process and kept.</summary>
    Disk,

    /// <summary>It was fetched by this process.</summary>
    Network,
}
