using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace SecureStreams.Server.Tests.Mapping;

/// <summary>What docs/servers.md shows of web applications, compiled.</summary>
internal static class Documented
{
    public static void Map(string[] args)
    {
        // begin mapped
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSecureStreams(options => options.PolicyFile = "policy.json");
        var app = builder.Build();
        app.MapSecureStream("/items/{id}", "items", accepted => new ItemHandler());
        app.MapSecureStream("/chat", "chat", (http, accepted) => new ChatHandler(http.User.Identity?.Name)).RequireAuthorization();
        app.Run();
        // end mapped
    }

    private sealed class ItemHandler : SecureStreamHandler;

    private sealed class ChatHandler(string? name) : SecureStreamHandler
    {
        public override string ToString() => name ?? "nobody";
    }
}
