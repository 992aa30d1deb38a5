using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>Records the requests of HTTP/1.1 connections, and answers each with 200 and two cookies.</summary>
internal sealed class RequestRecorder
{
    public List<RecordedRequest> Requests { get; } = [];

    public async Task ServeAsync(ScriptedConnection connection, CancellationToken stopping)
    {
        while (true)
        {
            string head;
            try
            {
                head = await connection.ReadHeadAsync(stopping);
            }
            catch (EndOfStreamException)
            {
                return;
            }

            var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            var headers = lines.Skip(1).Select(static line => line.Split(": ", 2)).Select(static pair => (Name: pair[0].ToLowerInvariant(), Value: pair.Length > 1 ? pair[1] : "")).ToList();
            if (headers.Contains(("expect", "100-continue")))
                await connection.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n", stopping);
            var body = headers.Contains(("transfer-encoding", "chunked"))
                ? await ReadChunksAsync(connection, stopping)
                : await connection.ReadAsync(int.Parse(headers.Find(static one => one.Name == "content-length").Value ?? "0", CultureInfo.InvariantCulture), stopping);
            Requests.Add(new RecordedRequest(lines[0], headers, Encoding.Latin1.GetString(body)));
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nSet-Cookie: n=v\r\nSet-Cookie: m=w=x; Path=/\r\nContent-Length: 0\r\n\r\n", stopping);
        }
    }

    private static async Task<byte[]> ReadChunksAsync(ScriptedConnection connection, CancellationToken stopping)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var size = new StringBuilder();
            while (size.Length < 2 || size[^1] != '\n')
                size.Append((char)(await connection.ReadAsync(1, stopping))[0]);
            var length = int.Parse(size.ToString().Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write(await connection.ReadAsync(length, stopping));
            await connection.ReadAsync(2, stopping);
            if (length == 0)
                return body.ToArray();
        }
    }
}
