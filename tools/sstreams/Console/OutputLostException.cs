namespace SecureStreams.Tool;

/// <summary>The result cannot be written any more. The message is one line for the user.</summary>
internal sealed class OutputLostException(string message) : Exception(message)
{
    /// <summary>A pipe's reader wants no more: no error, and nothing to be told.</summary>
    public bool ReaderWentAway { get; private init; }

    /// <summary>For a failed write to standard output.</summary>
    public static OutputLostException OfStandardOutput(IOException error, bool isPipe) =>
        new($"standard output cannot be written: {error.Message}") { ReaderWentAway = isPipe };
}
