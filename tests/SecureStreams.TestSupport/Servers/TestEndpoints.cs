using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SecureStreams.TestSupport.Servers;

/// <summary>What a <see cref="KestrelTestHost"/> answers. The first path segment picks, the second is the argument, the query refines.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>/bytes/N?seed=S&amp;chunked=1</term><description>N deterministic bytes, with content-length unless chunked.</description></item>
/// <item><term>/status/N?text=T</term><description>That status with a short body (none where the status forbids it).</description></item>
/// <item><term>/echo</term><description>Streams the request body back, head first, so that h2 can do both at once.</description></item>
/// <item><term>/mirror</term><description>Reads the whole request body, then sends it back.</description></item>
/// <item><term>/hash?rate=R</term><description><c>sha256 length framing</c> of the request body, read at R bytes a second; framing is <c>content-length</c>, <c>chunked</c> or <c>none</c>.</description></item>
/// <item><term>/drain?rate=R</term><description>Reads the request body at R bytes a second, head first and a dot for each piece taken, so that h2 shows progress.</description></item>
/// <item><term>/headers</term><description>The request head as text.</description></item>
/// <item><term>/redirect/N?code=C&amp;to=T</term><description>N hops, then T (default <c>/bytes/5</c>).</description></item>
/// <item><term>/redirect-to?code=C&amp;url=U</term><description>One redirect to any URL; without one, a redirect without location.</description></item>
/// <item><term>/redirect-loop?code=C</term><description>Redirects to itself.</description></item>
/// <item><term>/delay/MS</term><description>Answers after that time of the host's clock.</description></item>
/// <item><term>/gate/NAME?head=1</term><description>Answers when the test opens the gate; with head the head goes first.</description></item>
/// <item><term>/hang?head=1</term><description>Never answers; with head only the head.</description></item>
/// <item><term>/slow/N?ms=M</term><description>N bytes, each flushed, M apart (default 10).</description></item>
/// <item><term>/retry-after/S?code=C</term><description>503 (or C) with that Retry-After, seconds or a date.</description></item>
/// <item><term>/no-body</term><description>200 with content-length 0.</description></item>
/// <item><term>/refuse-upload</term><description>413 at once, the request body unread.</description></item>
/// <item><term>/abort/N</term><description>Announces 2N bytes, sends N, resets (h1: the connection, h2: the stream).</description></item>
/// <item><term>/ws/echo</term><description>WebSocket: sends every message back, in the pieces it came in. Speaks the first subprotocol that is offered, here and below.</description></item>
/// <item><term>/ws/bytes?length=N&amp;seed=S&amp;message=M</term><description>WebSocket: N deterministic bytes in binary messages of M (default 65536), then a close.</description></item>
/// <item><term>/ws/hash?length=N&amp;rate=R&amp;ack=1</term><description>WebSocket: reads N bytes at R a second, then <c>sha256 length</c> as text and a close; with ack a text of a dot after each message.</description></item>
/// <item><term>/ws/tick?ms=M</term><description>WebSocket: a binary message of eight bytes every M milliseconds.</description></item>
/// <item><term>/goaway</term><description>Answers, and asks to close the connection: h2 GOAWAY, h1 Connection: close.</description></item>
/// <item><term>/form</term><description>What ASP.NET Core reads of a multipart form, a line for each part: name, file name, type, length, sha256; before them the framing of the body.</description></item>
/// <item><term>/parts?type=T&amp;body=B</term><description>The text B under the content type T.</description></item>
/// <item><term>/trailers?body=B</term><description>The text B, chunked on h1, and the trailers <c>X-Sum: 7</c>, <c>X-Late: yes</c>.</description></item>
/// <item><term>/cookies?set=C&amp;set=D</term><description>The Cookie header as it came; sets each cookie given.</description></item>
/// </list>
/// </remarks>
internal static partial class TestEndpoints
{
    public static Task AnswerAsync(KestrelTestHost host, HttpContext context)
    {
        var segments = context.Request.Path.Value!.Split('/', 3);
        var argument = segments.Length > 2 ? segments[2] : "";
        return segments[1] switch
        {
            "bytes" => BytesAsync(context, Number(argument)),
            "status" => StatusAsync(context, (int)Number(argument), Query(context, "text")),
            "echo" => EchoAsync(context),
            "mirror" => MirrorAsync(context),
            "hash" => HashAsync(host, context),
            "headers" => HeadersAsync(context),
            "redirect" => RedirectAsync(context, (int)Number(argument)),
            "redirect-to" => RedirectToAsync(context, Query(context, "url")),
            "redirect-loop" => RedirectToAsync(context, context.Request.Path + context.Request.QueryString),
            "delay" => DelayAsync(host, context, Number(argument)),
            "gate" => GateAsync(host, context, argument),
            "hang" => HangAsync(host, context),
            "drain" => DrainAsync(host, context),
            "ws" => WebSocketAsync(host, context, argument),
            "slow" => SlowAsync(host, context, Number(argument)),
            "retry-after" => RetryAfterAsync(context, Uri.UnescapeDataString(argument)),
            "no-body" => NoBodyAsync(context),
            "refuse-upload" => StatusAsync(context, StatusCodes.Status413PayloadTooLarge, "too large"),
            "abort" => AbortAsync(context, Number(argument)),
            "goaway" => GoAwayAsync(context),
            "form" => FormAsync(context),
            "parts" => PartsAsync(context),
            "trailers" => TrailersAsync(context),
            "cookies" => CookiesAsync(context),
            _ when host.Options.Otherwise is { } otherwise => otherwise(context),
            _ => StatusAsync(context, StatusCodes.Status404NotFound, "no such test endpoint"),
        };
    }

    private static async Task StatusAsync(HttpContext context, int status, string? text)
    {
        context.Response.StatusCode = status;
        if (status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified)
            return;
        await TextAsync(context, text ?? string.Create(CultureInfo.InvariantCulture, $"status {status}"));
    }

    private static Task HeadersAsync(HttpContext context)
    {
        var request = context.Request;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{request.Method} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget} {request.Protocol}\n");
        foreach (var (name, values) in request.Headers)
        {
            foreach (var value in values)
                text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
        }

        return TextAsync(context, text.ToString());
    }

    private static Task RedirectAsync(HttpContext context, int hops)
    {
        var code = Query(context, "code") ?? "302";
        var to = Query(context, "to") ?? "/bytes/5";
        return RedirectToAsync(
            context, hops <= 1 ? to : string.Create(CultureInfo.InvariantCulture, $"/redirect/{hops - 1}?code={code}&to={Uri.EscapeDataString(to)}"));
    }

    private static Task RedirectToAsync(HttpContext context, string? url)
    {
        context.Response.StatusCode = (int)Number(Query(context, "code") ?? "302");
        if (url is not null)
            context.Response.Headers.Location = url;
        return TextAsync(context, "moved");
    }

    private static async Task DelayAsync(KestrelTestHost host, HttpContext context, long milliseconds)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping, context.RequestAborted);
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), host.Options.Time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!either.IsCancellationRequested)
            await TextAsync(context, "late");
    }

    private static async Task GateAsync(KestrelTestHost host, HttpContext context, string name)
    {
        if (Query(context, "head") is not null)
            await SendHeadAsync(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping, context.RequestAborted);
        await host.Gate(name).Task.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (either.IsCancellationRequested)
            context.Abort();
        else
            await context.Response.Body.WriteAsync("open"u8.ToArray());
    }

    private static async Task HangAsync(KestrelTestHost host, HttpContext context)
    {
        if (Query(context, "head") is not null)
            await SendHeadAsync(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping, context.RequestAborted);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Abort();
    }

    private static Task RetryAfterAsync(HttpContext context, string value)
    {
        context.Response.Headers.RetryAfter = value;
        return StatusAsync(context, (int)Number(Query(context, "code") ?? "503"), "later");
    }

    private static Task NoBodyAsync(HttpContext context)
    {
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private static Task GoAwayAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
        return TextAsync(context, "going");
    }

    // StartAsync alone fixes the head without sending it.
    private static async Task SendHeadAsync(HttpContext context)
    {
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static async Task TextAsync(HttpContext context, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string? Query(HttpContext context, string name) => context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;
}
