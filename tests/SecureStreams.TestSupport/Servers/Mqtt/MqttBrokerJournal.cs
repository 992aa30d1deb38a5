using System.Buffers.Binary;

namespace SecureStreams.TestSupport.Servers.Mqtt;

/// <summary>All that came in, in its order: connections that opened, their bytes, and their ends. Played again, it makes the broker what it was.</summary>
internal sealed class MqttBrokerJournal : IDisposable
{
    private const int HeaderBytes = 9;
    private const int MaxRecordBytes = 1 << 20;

    private readonly FileStream _file;
    private readonly MemoryStream _gathered = new();

    /// <summary>Opens it, and plays what it has. A record that was not finished was never answered, and is cut off.</summary>
    public MqttBrokerJournal(string path, Action<Kind, int, byte[]> play)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var header = new byte[HeaderBytes];
        long end = 0;
        while (_file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
        {
            var bytes = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5))];
            if (_file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                break;
            play((Kind)header[0], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)), bytes);
            end = _file.Position;
        }

        _file.SetLength(end);
        _file.Position = end;
    }

    public enum Kind : byte
    {
        Opened = 1,
        Bytes = 2,
        Gone = 3,

        /// <summary>The broker itself published: topic length, topic, QoS and RETAIN, payload.</summary>
        Published = 4,
    }

    public void Add(Kind kind, int link, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxRecordBytes)
            throw new InvalidOperationException("The read buffer is smaller than that.");
        Span<byte> header = stackalloc byte[HeaderBytes];
        header[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], link);
        BinaryPrimitives.WriteInt32BigEndian(header[5..], bytes.Length);
        _gathered.Write(header);
        _gathered.Write(bytes);
    }

    /// <summary>Down to the disk.</summary>
    public void Sync()
    {
        if (_gathered.Length == 0)
            return;
        _file.Write(_gathered.GetBuffer().AsSpan(0, (int)_gathered.Length));
        _gathered.SetLength(0);
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();
}
