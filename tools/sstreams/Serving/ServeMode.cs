namespace SecureStreams.Tool.Serving;

/// <summary>What is done with the streams that come.</summary>
internal enum ServeMode
{
    /// <summary>What is received is sent back.</summary>
    Echo,

    /// <summary>Requests are answered with files of a folder.</summary>
    Files,

    /// <summary>A program is run for each stream.</summary>
    Exec,
}
