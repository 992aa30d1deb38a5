namespace SecureStreams;

/// <summary>What a reader is given in its turn: a message, a failure, or (neither) the end.</summary>
internal readonly record struct MessageItem(SsMessage? Message, Exception? Failure);
