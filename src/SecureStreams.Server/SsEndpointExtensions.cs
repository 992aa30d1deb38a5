using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SecureStreams.Server.Mapping;

namespace SecureStreams;

/// <summary>Puts server streamtypes into web applications.</summary>
public static class SsEndpointExtensions
{
    /// <summary>
    /// Serves a server streamtype of <c>h1</c>, <c>h2</c> or <c>ws</c> at a path: each request, or each upgrade, is an accepted stream, as with <see cref="SsContext.CreateListener"/>. Where to listen,
    /// TLS, limits of connections and heads are the application's; what the policy says of that is told to the log and does not count.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, as for any endpoint. A value of the route fills the metadata of its name that is declared without a header.</param>
    /// <param name="streamType">The streamtype, of the context that <c>services.AddSecureStreams</c> has registered.</param>
    /// <param name="accept">
    /// Called for each request, with its stream: gives the handler, or null to refuse it with 404. It may be called on several threads at once, and must not block for long.
    /// </param>
    /// <param name="context">The key of the context; empty, the default, for the one without.</param>
    /// <returns>The endpoint, for conventions, and what it serves.</returns>
    /// <exception cref="InvalidOperationException">No context is registered.</exception>
    /// <exception cref="SsPolicyException">
    /// The policy has no such streamtype, it cannot be served so, or it refuses clients by their certificates (<c>tls_client_auth</c>, <c>tls_client_deny</c>), which nothing here would see to.
    /// </exception>
    public static SsMappedStream MapSecureStream(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, string streamType, Func<SecureStream, SecureStreamHandler?> accept, string context = "")
    {
        ArgumentNullException.ThrowIfNull(accept);
        return endpoints.MapSecureStream(pattern, streamType, (_, stream) => accept(stream), context);
    }

    /// <summary>As the other, with the request: who asks (<see cref="HttpContext.User"/>), and services of its scope.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="streamType">The streamtype.</param>
    /// <param name="accept">As there. What is taken of the <see cref="HttpContext"/> is taken during the call; it ends with the stream, and belongs to no other thread. Its request and response are the stream's.</param>
    /// <param name="context">The key of the context; empty, the default, for the one without.</param>
    /// <returns>The endpoint, for conventions, and what it serves.</returns>
    /// <exception cref="InvalidOperationException">No context is registered.</exception>
    /// <exception cref="SsPolicyException">As there.</exception>
    public static SsMappedStream MapSecureStream(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, string streamType, Func<HttpContext, SecureStream, SecureStreamHandler?> accept, string context = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(streamType);
        ArgumentNullException.ThrowIfNull(accept);
        ArgumentNullException.ThrowIfNull(context);
        var services = endpoints.ServiceProvider;
        var local = (context.Length == 0 ? services.GetService<LocalContext>() : services.GetKeyedService<LocalContext>(context))
            ?? throw new InvalidOperationException($"MapSecureStream(\"{pattern}\", ...) needs a context{(context.Length == 0 ? "" : $" with the key '{context}'")}: call builder.Services.AddSecureStreams(...) before.");
        var listener = MappedListener.Start(local, streamType, pattern);

        // The web server waits for requests under way when it stops, and a connection may be one for days: those who serve it are told before.
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopping.UnsafeRegister(static state => _ = ((MappedListener)state!).DrainAsync().AsTask(), listener);
        return new SsMappedStream(endpoints.Map(pattern, http => listener.ServeAsync(http, accept)), listener);
    }
}
