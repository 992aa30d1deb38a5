namespace SecureStreams;

/// <summary>What became of a peer that came.</summary>
internal enum AcceptOutcome
{
    /// <summary>It has a stream.</summary>
    Accepted,

    /// <summary>The application refused it.</summary>
    Refused,

    /// <summary>There are as many as may be.</summary>
    Full,

    /// <summary>Nothing is accepted any more.</summary>
    Ended,
}
