using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SecureStreams;
using SecureStreams.Integration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Contexts in a service container.</summary>
/// <remarks>
/// A context is registered as <see cref="SsContext"/> and as <see cref="LocalContext"/>, one for the container. A generic host makes it when it starts, before any other service: options
/// that are not valid and a policy that cannot be used fail the start, with every finding in the exception and in the log. After all services have stopped, its streams
/// are ended, for as long as the host waits. Without a host it is made when it is first asked for. The container must be disposed asynchronously.
/// </remarks>
public static class SecureStreamsServiceCollectionExtensions
{
    /// <summary>Registers the context.</summary>
    /// <param name="services">The container to be.</param>
    /// <param name="configure">Sets its options; calls add up.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddSecureStreams(this IServiceCollection services, Action<SecureStreamsOptions> configure) =>
        services.AddSecureStreams(Options.Options.DefaultName, configure);

    /// <summary>Registers the context, with a section of settings: <c>PolicyFile</c> or <c>PolicyJson</c>, <c>OverlayFiles</c>, <c>WatchFiles</c>, <c>Product</c>, <c>StrictPolicy</c>, <c>StateFolder</c>, <c>AdminSocket</c>, <c>FollowNetworkChanges</c>, <c>RemotePolicy</c>, <c>CaptivePortal</c>, <c>TokensAtStart</c>. Other members are errors.</summary>
    /// <param name="services">The container to be.</param>
    /// <param name="section">The section, read when the context is made, and again when it is reloaded; <see cref="SecureStreamsOptions"/> says what that changes.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddSecureStreams(this IServiceCollection services, IConfiguration section) =>
        services.AddSecureStreams(Options.Options.DefaultName, section);

    /// <summary>Registers one of several contexts: a keyed service.</summary>
    /// <param name="services">The container to be.</param>
    /// <param name="name">Its key, and the name of its options; empty for the one without a key.</param>
    /// <param name="configure">Sets its options; calls add up.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddSecureStreams(this IServiceCollection services, string name, Action<SecureStreamsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        Register(services, name).Configure(configure);
        return services;
    }

    /// <summary>Registers one of several contexts, with a section of settings.</summary>
    /// <param name="services">The container to be.</param>
    /// <param name="name">Its key, and the name of its options; empty for the one without a key.</param>
    /// <param name="section">The section, read when the context is made, and again when it is reloaded; <see cref="SecureStreamsOptions"/> says what that changes.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddSecureStreams(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(section);
        Register(services, name);
        services.AddSingleton<IConfigureOptions<SecureStreamsOptions>>(new SecureStreamsSection(name, section));
        services.AddSingleton(new SettingsSource(name, section));
        return services;
    }

    private static OptionsBuilder<SecureStreamsOptions> Register(IServiceCollection services, string name)
    {
        var options = services.AddOptions<SecureStreamsOptions>(name);
        if (services.Any(one => !one.IsKeyedService && one.ImplementationInstance is ContextRegistration known && known.Name == name))
            return options;

        services.AddLogging();
        services.AddSingleton(new ContextRegistration(name));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SecureStreamsOptions>, SecureStreamsOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ContextHost>());
        if (name.Length == 0)
        {
            services.AddSingleton(static provider => ContextMaker.Make(provider, ""));
            services.AddSingleton<SsContext>(static provider => provider.GetRequiredService<LocalContext>());
        }
        else
        {
            services.AddKeyedSingleton(name, static (provider, key) => ContextMaker.Make(provider, (string)key!));
            services.AddKeyedSingleton<SsContext>(name, static (provider, key) => provider.GetRequiredKeyedService<LocalContext>(key));
        }

        return options.ValidateOnStart();
    }
}
