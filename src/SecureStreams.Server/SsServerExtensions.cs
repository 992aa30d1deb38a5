using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SecureStreams.Server;

namespace SecureStreams;

/// <summary>Lets contexts serve <c>server: true</c> streamtypes.</summary>
public static class SsServerExtensions
{
    /// <summary>The same settings with listeners: <see cref="SsContext.CreateListener"/> then serves server streamtypes. Those given are not changed.</summary>
    /// <param name="options">The settings.</param>
    /// <returns>A copy whose <see cref="SsContextOptions.ListenerFactory"/> is that of this package.</returns>
    public static SsContextOptions UseServer(this SsContextOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with { ListenerFactory = ServerListenerFactory.Instance };
    }

    /// <summary>Gives the context of a host listeners, inside the action that <c>AddSecureStreams</c> takes.</summary>
    /// <param name="options">The options that are being set.</param>
    /// <returns><paramref name="options"/>.</returns>
    public static SecureStreamsOptions UseServer(this SecureStreamsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ListenerFactory = ServerListenerFactory.Instance;
        return options;
    }

    /// <summary>Gives the context that <c>AddSecureStreams</c> registers listeners, before or after that call: for contexts whose options come from a section of settings.</summary>
    /// <param name="services">The container to be.</param>
    /// <param name="name">The key of the context; empty, the default, for the one without.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddSecureStreamsServer(this IServiceCollection services, string name = "")
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        return services.Configure<SecureStreamsOptions>(name.Length == 0 ? Options.DefaultName : name, static options => options.UseServer());
    }
}
