namespace SecureStreams.Tool.Benching;

/// <summary>What is done over and over.</summary>
internal enum BenchMode
{
    /// <summary>Transactions: a request and its answer.</summary>
    Get,

    /// <summary>Messages that the peer sends back.</summary>
    Echo,

    /// <summary>Messages that the peer takes and, after the last, answers.</summary>
    OneWay,
}
