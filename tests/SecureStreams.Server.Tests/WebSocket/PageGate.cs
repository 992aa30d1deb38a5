using System.Text;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>Requests that are answered once the page has said something.</summary>
internal sealed class PageGate
{
    private readonly Lock _lock = new();
    private readonly List<SecureStream> _waiting = [];
    private bool _open;

    /// <summary>What the page said.</summary>
    public StringBuilder Said { get; } = new();

    public void Wait(SecureStream stream)
    {
        lock (_lock)
        {
            if (!_open)
            {
                _waiting.Add(stream);
                return;
            }
        }

        stream.RequestTransmit(0);
    }

    public void Open()
    {
        SecureStream[] waiting;
        lock (_lock)
        {
            _open = true;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var stream in waiting)
            stream.RequestTransmit(0);
    }
}
