using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.TestSupport.Servers;

/// <content>The endpoints that move bodies.</content>
internal static partial class TestEndpoints
{
    private const int Chunk = 32 * 1024;

    private static async Task BytesAsync(HttpContext context, long length)
    {
        if (Query(context, "chunked") is null)
            context.Response.ContentLength = length;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        await SendAsync(context, length, (int)Number(Query(context, "seed") ?? "0"));
    }

    private static async Task SendAsync(HttpContext context, long length, int seed)
    {
        var buffer = new byte[Chunk];
        for (long position = 0; position < length;)
        {
            var count = (int)Math.Min(buffer.Length, length - position);
            DeterministicBytes.Fill(buffer.AsSpan(0, count), position, seed);
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
            position += count;
        }
    }

    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = context.Request.ContentType;

        // The head first: a client may wait for it before it sends the rest.
        await SendHeadAsync(context);
        while (true)
        {
            var result = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
            foreach (var piece in result.Buffer)
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Request.BodyReader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
        }
    }

    private static async Task MirrorAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        context.Response.ContentLength = body.Length;
        body.Position = 0;
        await body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task HashAsync(KestrelTestHost host, HttpContext context)
    {
        var pace = new Pace(Number(Query(context, "rate") ?? "0"), host.Options.Time);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Chunk];
        long length = 0;
        int count;
        while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            hash.AppendData(buffer, 0, count);
            length += count;
            await pace.TakeAsync(count, context.RequestAborted);
        }

        // An h2 body without a length has no transfer-encoding, but it is a body that could be read: the framing that corresponds to chunked.
        var mayHaveBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        var framing = context.Request.ContentLength is not null ? "content-length" : mayHaveBody ? "chunked" : "none";
        await TextAsync(context, string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(hash.GetHashAndReset())} {length} {framing}"));
    }

    private static async Task DrainAsync(KestrelTestHost host, HttpContext context)
    {
        var pace = new Pace(Number(Query(context, "rate") ?? "0"), host.Options.Time);
        await SendHeadAsync(context);
        var buffer = new byte[Chunk];
        int count;
        while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            await pace.TakeAsync(count, context.RequestAborted);
            await context.Response.Body.WriteAsync("."u8.ToArray(), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static async Task SlowAsync(KestrelTestHost host, HttpContext context, long length)
    {
        var pause = TimeSpan.FromMilliseconds(Number(Query(context, "ms") ?? "10"));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping, context.RequestAborted);
        context.Response.ContentLength = length;
        var one = new byte[1];
        for (long position = 0; position < length; position++)
        {
            DeterministicBytes.Fill(one, position);
            await context.Response.Body.WriteAsync(one, either.Token);
            await context.Response.Body.FlushAsync(either.Token);
            await Task.Delay(pause, host.Options.Time, either.Token);
        }
    }

    private static async Task AbortAsync(HttpContext context, long length)
    {
        context.Response.ContentLength = length * 2;
        await SendAsync(context, length, 0);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }
}
