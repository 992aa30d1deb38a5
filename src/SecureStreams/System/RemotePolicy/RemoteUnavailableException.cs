namespace SecureStreams.Remote;

/// <summary>There is no streamtype that could be asked.</summary>
internal sealed class RemoteUnavailableException(string message) : Exception(message);
