namespace SecureStreams.Interop.Tests.WebSocket.Clients;

/// <summary>How a client ends a connection, or gives the server a reason to: one of the three.</summary>
/// <param name="Code">Closes with that; 0 without a code, which only node's can.</param>
/// <param name="Text">Sends that message, and waits for the end.</param>
/// <param name="Raw">Sends these bytes under the frames, and waits for the end; not for the platform's.</param>
internal sealed record ClosingStep(int? Code = null, string? Text = null, byte[]? Raw = null)
{
    /// <summary>As the scripts read it.</summary>
    public Dictionary<string, object> Fields => this switch
    {
        { Code: { } code } => new() { ["code"] = code },
        { Text: { } text } => new() { ["text"] = text },
        _ => new() { ["raw"] = Convert.ToHexString(Raw!) },
    };
}
