namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>The contract on mqtt over TCP.</summary>
public sealed class MqttTcpContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new MqttBench());
}

/// <summary>The contract on mqtt over TLS.</summary>
public sealed class MqttTlsContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new MqttBench("tls"));
}

/// <summary>The contract on mqtt over a Unix socket.</summary>
public sealed class MqttUnixContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new MqttBench("unix"));
}

/// <summary>The contract on mqtt with QoS 1.</summary>
public sealed class MqttAcknowledgedContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new MqttBench("tcp", MqttBench.Both + ", \"mqtt_qos\": 1"));
}

/// <summary>The contract on mqtt within WebSocket.</summary>
public sealed class MqttWebSocketContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new MqttBench("ws"));
}
