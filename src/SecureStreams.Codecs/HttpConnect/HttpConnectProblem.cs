namespace SecureStreams.Codecs.HttpConnect;

/// <summary>Why a negotiation failed.</summary>
public enum HttpConnectProblem
{
    /// <summary>It did not.</summary>
    None = 0,

    /// <summary>What answers does not speak HTTP/1.</summary>
    NotHttp = 1,

    /// <summary>The head of the answer is longer than <see cref="HttpConnectNegotiation.MaxHeadBytes"/>.</summary>
    HeadTooLong = 2,

    /// <summary>The proxy answered with a status that is no success: <see cref="HttpConnectNegotiation.Status"/>.</summary>
    Refused = 3,
}
