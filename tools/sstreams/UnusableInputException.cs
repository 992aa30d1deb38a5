namespace SecureStreams.Tool;

/// <summary>What the user gave cannot be used; nothing was run. The message is one line for the user.</summary>
internal sealed class UnusableInputException(string message) : Exception(message);
