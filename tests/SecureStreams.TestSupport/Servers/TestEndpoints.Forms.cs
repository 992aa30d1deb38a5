using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace SecureStreams.TestSupport.Servers;

/// <summary>Multipart bodies, trailers and cookies.</summary>
internal static partial class TestEndpoints
{
    private static async Task FormAsync(HttpContext context)
    {
        var request = context.Request;
        var type = MediaTypeHeaderValue.Parse(request.ContentType);
        var text = new StringBuilder(request.ContentLength is { } length ? string.Create(CultureInfo.InvariantCulture, $"content-length {length}") : "no length").Append('\n');
        var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).Value!, request.Body);
        while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
        {
            var disposition = ContentDispositionHeaderValue.Parse(section.ContentDisposition);
            using var body = new MemoryStream();
            await section.Body.CopyToAsync(body, context.RequestAborted);
            text.Append(CultureInfo.InvariantCulture, $"{disposition.DispositionType} {disposition.Name}|{disposition.FileName}|{section.ContentType}|{body.Length} {Convert.ToHexStringLower(SHA256.HashData(body.ToArray()))}\n");
        }

        await TextAsync(context, text.ToString());
    }

    private static async Task PartsAsync(HttpContext context)
    {
        context.Response.ContentType = Query(context, "type");
        context.Response.Headers["X-Whole"] = "all";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Query(context, "body") ?? ""));
    }

    private static async Task TrailersAsync(HttpContext context)
    {
        context.Response.DeclareTrailer("X-Sum");
        context.Response.DeclareTrailer("X-Late");
        context.Response.Headers["X-Late"] = "not yet";
        await SendHeadAsync(context);
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Query(context, "body") ?? ""));
        context.Response.AppendTrailer("X-Sum", "7");
        context.Response.AppendTrailer("X-Late", "yes");
    }

    private static Task CookiesAsync(HttpContext context)
    {
        foreach (var cookie in context.Request.Query["set"])
            context.Response.Headers.Append("Set-Cookie", cookie);
        return TextAsync(context, context.Request.Headers.Cookie.ToString());
    }
}
