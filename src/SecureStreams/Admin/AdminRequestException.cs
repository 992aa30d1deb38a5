namespace SecureStreams.Admin;

/// <summary>A request says nothing that can be done; the message goes to whoever sent it.</summary>
internal sealed class AdminRequestException(string message) : Exception(message);
