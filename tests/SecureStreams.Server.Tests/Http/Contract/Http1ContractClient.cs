using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace SecureStreams.Server.Tests.Http.Contract;

/// <summary>A request over HTTP/1.1 by hand: clients of others do not read an answer before they have sent their request whole.</summary>
internal sealed class Http1ContractClient(Socket socket) : HttpContractClient(socket)
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private bool _hasHead;
    private bool _isChunked;
    private long _left;
    private bool _ended;

    public override async Task AskAsync() => await _stream.WriteAsync("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());

    public override async Task SendAsync(byte[] payload) =>
        await _stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(payload.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. payload, .. "\r\n"u8]);

    public override async Task FinishAsync() => await _stream.WriteAsync("0\r\n\r\n"u8.ToArray());

    protected override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        if (!_hasHead)
            await ReadHeadAsync();
        if (_left == 0 && _isChunked && !_ended)
        {
            _left = long.Parse(await LineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (_left == 0)
                await LineAsync();
            _ended = _left == 0;
        }

        if (_left == 0)
            return 0;
        var count = await _stream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (count == 0)
            throw new IOException("The answer is cut off.");
        _left -= count;
        if (_left == 0 && _isChunked)
            await LineAsync();
        return count;
    }

    private async ValueTask ReadHeadAsync()
    {
        Assert.StartsWith("HTTP/1.1 ", await LineAsync(), StringComparison.Ordinal);
        _hasHead = true;
        while (await LineAsync() is { Length: > 0 } line)
        {
            _isChunked |= line.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
            if (line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
                _left = long.Parse(line["Content-Length: ".Length..], CultureInfo.InvariantCulture);
        }
    }

    private async ValueTask<string> LineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await _stream.ReadAsync(one) > 0)
        {
            line.Append((char)one[0]);
            if (line.Length >= 2 && line[^1] == '\n')
                return line.ToString(0, line.Length - 2);
        }

        throw new IOException("The answer is cut off.");
    }
}
