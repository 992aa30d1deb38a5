using SecureStreams;
using SecureStreams.Integration.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Streamtypes under the clients of <c>services.AddHttpClient</c>.</summary>
public static class SecureStreamsHttpClientBuilderExtensions
{
    /// <summary>
    /// Lets a streamtype of protocol <c>h1</c> or <c>h2</c> carry the client: it takes the place of the primary handler, other handlers stay. A client without a base address gets
    /// one, so that requests give a path alone.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="streamType">The name of the streamtype in the policy of the context. One that is not there, or is not HTTP, throws <see cref="SsPolicyException"/> when the client is made.</param>
    /// <param name="contextName">Which context, where <c>AddSecureStreams</c> registered several; null, the default, for the one without a name.</param>
    /// <param name="metadata">Values for every request; null for none.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IHttpClientBuilder UseSecureStream(
        this IHttpClientBuilder builder, string streamType, string? contextName = null, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(streamType);
        return builder
            .ConfigurePrimaryHttpMessageHandler(services => ContextOf(services, contextName).CreateHttpHandler(streamType, metadata))
            .ConfigureHttpClient(static client => client.BaseAddress ??= RequestAddress.Base)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan); // Nothing to renew: the connections are the context's, and so is their age.
    }

    private static LocalContext ContextOf(IServiceProvider services, string? name)
    {
        var context = string.IsNullOrEmpty(name) ? services.GetService<LocalContext>() : services.GetKeyedService<LocalContext>(name);
        return context ?? throw new InvalidOperationException(
            string.IsNullOrEmpty(name) ? "UseSecureStream needs a context: call services.AddSecureStreams." : $"UseSecureStream names the context '{name}', which services.AddSecureStreams has not registered.");
    }
}
